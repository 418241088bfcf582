"""Matplotlib figures rendered to bytes, without a window."""

from __future__ import annotations

import io

from matplotlib.axes import Axes
from matplotlib.figure import Figure

WIDTH_IN, DPI = 10.0, 110


def png(figure: Figure) -> bytes:
    """The figure as PNG bytes."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


def new_figure(height_in: float, width_in: float = WIDTH_IN) -> Figure:
    """An empty figure of that size in inches."""
    return Figure(figsize=(width_in, height_in), dpi=DPI, layout="constrained")


def without_spines(axes: Axes) -> Axes:
    """The axes without their top and right spines."""
    axes.spines[["top", "right"]].set_visible(False)
    return axes
