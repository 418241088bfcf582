"""Plots of the report, as PNG bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.ticker import FuncFormatter, PercentFormatter

from export.report.pareto import ParetoPoint
from export.score.layer_noise import LayerError
from train.html.plots import (
    new_figure,
    png,
    without_spines,
)

TFLITE_COLOUR, ONNX_COLOUR, REFUSED_COLOUR = "#0072B2", "#D55E00", "#999999"
_COLOURS = {"tflite": TFLITE_COLOUR, "onnx": ONNX_COLOUR}


def pareto(points: Sequence[ParetoPoint], across: str) -> bytes:
    """Verdict accuracy against cost; a line joins the Pareto-optimal forms.

    Args:
        points: At least one form.
        across: Label of the cost axis.
    """
    figure = new_figure(4.6, 8.5)
    axes = without_spines(figure.subplots())
    best, front = -1.0, []
    for point in sorted(points, key=lambda point: (point.cost, -point.accuracy)):
        if point.packed and point.accuracy > best:
            best = point.accuracy
            front.append(point)
    axes.plot(
        [point.cost for point in front],
        [point.accuracy for point in front],
        color="black",
        lw=1,
        ls=":",
        label="Pareto-optimal",
    )
    ordered = sorted(points, key=lambda point: point.cost)
    for number, point in enumerate(ordered, start=1):
        low, high = point.interval
        axes.errorbar(
            [point.cost],
            [point.accuracy],
            yerr=[[point.accuracy - low], [high - point.accuracy]],
            fmt="o" if point.packed else "x",
            color=_COLOURS[point.format] if point.packed else REFUSED_COLOUR,
            elinewidth=0.8,
            capsize=3,
            label=f"{number}  {point.name}{'' if point.packed else ', refused'}",
        )
        # Labels alternate in height, because several forms cost about the same.
        axes.annotate(
            str(number),
            (point.cost, high),
            xytext=(0, 4 + 10 * (number % 3)),
            textcoords="offset points",
            ha="center",
            fontsize=8,
        )
    axes.set(xlabel=across, ylabel="verdicts that are right")
    if max(p.cost for p in points) > 8 * min(p.cost for p in points):
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=1))
    axes.grid(alpha=0.3)
    axes.margins(x=0.12)
    figure.legend(frameon=False, fontsize=8, loc="outside right center")
    return png(figure)


def layers_picture(stages: Mapping[str, Sequence[LayerError]]) -> bytes:
    """Signal-to-noise ratio after each layer, and share of noise it adds; a column per stage."""
    longest = max(len(errors) for errors in stages.values())
    figure = new_figure(1.2 + 0.22 * longest)
    panels = figure.subplots(1, 2 * len(stages), squeeze=False)[0]
    for place, (stage, errors) in enumerate(stages.items()):
        left, right = (without_spines(axes) for axes in panels[2 * place : 2 * place + 2])
        names = [error.layer for error in errors]
        rows = range(len(names))
        left.plot([error.sqnr_db for error in errors], rows, "o-", color=TFLITE_COLOUR, ms=3)
        left.set(xlabel="signal over noise, dB", title=stage)
        left.set_yticks(rows, [name[-24:] for name in names], fontsize=7)
        right.barh(rows, [error.share for error in errors], color=ONNX_COLOUR)
        right.set(xlabel="share of the noise added")
        right.set_yticks([])
        right.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        for axes in (left, right):
            axes.invert_yaxis()
            axes.grid(alpha=0.3, axis="x")
    return png(figure)
