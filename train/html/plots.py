"""Drawings by matplotlib that are bytes of a file rather than a window."""

from __future__ import annotations

import io

from matplotlib.axes import Axes
from matplotlib.figure import Figure

WIDTH_IN, DPI = 10.0, 110


def png(figure: Figure) -> bytes:
    """The drawing as a PNG file's bytes."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


def new_figure(height_in: float, width_in: float = WIDTH_IN) -> Figure:
    """An empty drawing of that size in inches."""
    return Figure(figsize=(width_in, height_in), dpi=DPI, layout="constrained")


def bare(axes: Axes) -> Axes:
    """The same axes without a frame above and to the right."""
    axes.spines[["top", "right"]].set_visible(False)
    return axes
