"""Plots of an evaluation, as PNG bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, PercentFormatter
from numpy.typing import NDArray

from train.data.eda.palette import CLEAN_COLOUR
from train.evaluate.report.evaluation_blocks import CalibrationBlock
from train.evaluate.scored import Scored
from train.html.plots import (
    new_figure,
    png,
    without_spines,
)

GATE_COLOUR, DECISION_COLOUR, DEFECT_COLOUR = "#0072B2", "#D55E00", "#D55E00"
_BINS = 40
_BENEATH: dict[str, Any] = {"loc": "outside lower center", "frameon": False, "fontsize": 9}
"""Position of a legend that covers nothing."""


def rates(scored: Scored, gate: float, decision: float) -> bytes:
    """Recall against the pass rate of clean items, for gate and decision; on the right, enlarged.

    Args:
        scored: Clean and defective items.
        gate: The gate threshold.
        decision: The decision threshold.
    """
    figure = new_figure(4.2)
    whole, corner = (without_spines(axes) for axes in figure.subplots(1, 2))
    truth = scored.defective
    stages = (
        ("gate", scored.gate, gate, GATE_COLOUR),
        ("decision", scored.decision, decision, DECISION_COLOUR),
    )
    for axes in (whole, corner):
        for name, scores, threshold, colour in stages:
            passed, recall = _curve(truth, scores)
            axes.plot(passed, recall, color=colour, lw=1.6, label=f"{name}, any threshold")
            here = scores >= np.float32(threshold)
            label = f"{name} threshold {threshold:.3f}"
            spot = here[~truth].mean(), here[truth].mean()
            axes.plot(*spot, "o", color=colour, ms=8, mec="white", label=label)
        axes.grid(alpha=0.3)
        axes.set_xlabel("share of clean items passed on, or called defective")
        axes.xaxis.set_major_formatter(PercentFormatter(1.0))
        axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    whole.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), ylabel="recall of defective items")
    corner.set(xlim=(-0.02, 1.02), ylim=(0.898, 1.002), ylabel="the same, from 90 %")
    figure.legend(*whole.get_legend_handles_labels(), **_BENEATH, ncols=4)
    return png(figure)


def _curve(
    truth: NDArray[np.bool_], scores: NDArray[np.float32]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Share of clean and of defective items at or above each score, by decreasing score."""
    levels = np.unique(scores)[::-1]
    shares = []
    for kind in (~truth, truth):
        ranked = np.sort(scores[kind])
        above = len(ranked) - np.searchsorted(ranked, levels)
        shares.append(np.concatenate([[0.0], above / len(ranked)]))
    return shares[0], shares[1]


def histogram(scored: Scored, gate: float, decision: float) -> bytes:
    """Histograms of clean and defective scores on a logarithmic axis, with the thresholds."""
    figure = new_figure(3.6)
    panels = (
        ("gate score", scored.gate, gate),
        ("decision score", scored.decision, decision),
    )
    edges = np.linspace(0, 1, _BINS + 1)
    both = figure.subplots(1, 2, sharey=True)
    for axes, (name, scores, threshold) in zip(both, panels, strict=True):
        without_spines(axes)
        for label, kind, colour in (
            ("clean", ~scored.defective, CLEAN_COLOUR),
            ("defective", scored.defective, DEFECT_COLOUR),
        ):
            counts = np.histogram(scores[kind], edges)[0]
            filled = {"fill": True, "alpha": 0.35} if label == "clean" else {"lw": 1.8}
            axes.stairs(counts, edges, color=colour, label=label, **filled)
        axes.axvline(threshold, color="black", ls="--", lw=1, label="threshold")
        axes.set_yscale("symlog", linthresh=1)
        axes.set(xlabel=name, xlim=(0, 1))
    both[0].set(ylabel="items", ylim=(0, 2 * both[0].get_ylim()[1]))
    both[0].yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    figure.legend(*both[0].get_legend_handles_labels(), **_BENEATH, ncols=3)
    return png(figure)


def confusion_picture(labels: Sequence[str], counts: Sequence[Sequence[int]]) -> bytes:
    """Confusion matrix by truth (rows) and answer (columns), shaded by the share of the row."""
    matrix = np.array(counts)
    size = 1.6 + 0.62 * len(labels)
    figure = new_figure(size, size + 1.2)
    axes = figure.subplots()
    share = matrix / np.maximum(1, matrix.sum(axis=1, keepdims=True))
    picture = axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(matrix):
        if count:
            ink = "white" if share[row, column] > 0.6 else "black"
            axes.text(column, row, f"{count:,}", ha="center", va="center", color=ink, fontsize=9)
    axes.set_xticks(
        range(len(labels)), labels, rotation=35 if max(map(len, labels)) > 7 else 0, ha="center"
    )
    axes.set_yticks(range(len(labels)), labels)
    axes.set(xlabel="answered", ylabel="labelled")
    bar = figure.colorbar(picture, label="share of the row", shrink=0.8)
    bar.ax.yaxis.set_major_formatter(PercentFormatter(1.0))
    return png(figure)


def reliability_picture(blocks: Mapping[str, CalibrationBlock]) -> bytes:
    """Reliability diagrams: one panel per task, before and after temperature scaling.

    Args:
        blocks: Calibration by the y label of its panel.
    """
    figure = new_figure(5.0, 5.0 * len(blocks))
    panels = figure.subplots(1, len(blocks), squeeze=False)[0]
    for axes, (share, block) in zip(panels, blocks.items(), strict=True):
        _reliability(without_spines(axes), block)
        axes.set_ylabel(share)
    return png(figure)


def _reliability(axes: Axes, block: CalibrationBlock) -> None:
    axes.plot([0, 1], [0, 1], color="black", lw=0.8)
    series = (
        ("at temperature 1", block.bins_uncalibrated, block.ece_uncalibrated, CLEAN_COLOUR, "--"),
        ("as deployed", block.bins, block.ece, GATE_COLOUR, "-"),
    )
    for name, bins, error, colour, style in series:
        x, y = [part.confidence for part in bins], [part.right for part in bins]
        most = max(part.n for part in bins)
        label = f"{name}: ECE {error:.1%}"
        axes.plot(x, y, style, color=colour, lw=1.4, label=label)
        axes.scatter(x, y, s=[4 + 80 * part.n / most for part in bins], color=colour, zorder=3)
    axes.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03), xlabel="confidence")
    axes.grid(alpha=0.3)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), frameon=False, fontsize=9, ncols=2)
