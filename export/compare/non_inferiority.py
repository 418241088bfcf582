"""The export's non-inferiority test of quantized networks against float, figure by figure.

Both are evaluated on the same items. The test uses the one-sided 95 % bounds of the difference
(``export.compare.bounds``), not the difference itself, which varies by chance: a figure held if its
lower bound is above minus the margin. If n is too small to resolve the margin, the figure is not
judged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.table import Table

from edge.bundle.manifest_parts import FigureDifference, Verdict
from edge.cli.console import as_markup
from edge.core.errors import ExportGateError
from export.compare.bounds import (
    Bounds,
    auroc_bounds,
    share_bounds,
)
from export.compare.tables import captioned, points
from export.score.stage_answers import (
    ACCURACY,
    AUROC,
    Answers,
    StageAnswers,
)
from export.settings import Margins
from train.evaluate.metrics import auroc, share

SLACK = 1e-9
"""Tolerance for rounding of a bound."""


def verdict_of(bounds: Bounds | None, margin: float) -> Verdict:
    """Verdict on a figure: held, worse by the margin, or not judged with so few items.

    Args:
        bounds: Bounds of quantized minus float; None if undefined.
        margin: Non-inferiority margin.
    """
    if bounds is None:
        return "not judged"
    if bounds.upper < -margin - SLACK:
        return "worse"
    if bounds.lower > -margin - SLACK:
        return "held"
    return "not judged" if bounds.half_width > margin - SLACK else "worse"


def compare(
    float_stages: Mapping[str, StageAnswers],
    int8_stages: Mapping[str, StageAnswers],
    margins: Margins,
) -> tuple[FigureDifference, ...]:
    """Compare all figures of all stages, quantized against float, on the same items."""
    differences = []
    for stage, judged in float_stages.items():
        int8 = int8_stages[stage]
        for figure, answers in judged.figures.items():
            differences.append(_share(stage, figure, answers, judged, int8, margins))
            if figure == ACCURACY:
                differences.append(_auroc(stage, judged, int8, margins))
    return tuple(differences)


def _share(
    stage: str,
    figure: str,
    exact: Answers,
    judged: StageAnswers,
    int8: StageAnswers,
    margins: Margins,
) -> FigureDifference:
    before, after = exact.counted, int8.figures[figure].counted
    bounds = share_bounds(judged.groups[exact.items], before, after)
    return FigureDifference(
        stage=stage,
        figure=figure,
        n=len(before),
        unit=judged.unit,
        float32=share(before),
        int8=share(after),
        both_right=int((before & after).sum()),
        only_float_right=int((before & ~after).sum()),
        only_int8_right=int((~before & after).sum()),
        **_judged(bounds, margins.of(figure)),
    )


def _auroc(
    stage: str, judged: StageAnswers, int8: StageAnswers, margins: Margins
) -> FigureDifference:
    bounds = auroc_bounds(judged.groups, judged.defective, judged.scores, int8.scores)
    return FigureDifference(
        stage=stage,
        figure=AUROC,
        n=len(judged.scores),
        unit=judged.unit,
        float32=auroc(judged.defective, judged.scores),
        int8=auroc(int8.defective, int8.scores),
        **_judged(bounds, margins.auroc),
    )


def _judged(bounds: Bounds | None, margin: float) -> dict[str, object]:
    return {
        "difference": bounds and bounds.difference,
        "lower": bounds and bounds.lower,
        "upper": bounds and bounds.upper,
        "margin": margin,
        "verdict": verdict_of(bounds, margin),
    }


def worst_of(differences: Sequence[FigureDifference]) -> FigureDifference | None:
    """The worse figure with the largest possible loss; None if none is worse."""
    worse = [d for d in differences if d.verdict == "worse"]
    return min(worse, key=lambda d: d.lower or 0.0, default=None)


def loss_text(differences: Sequence[FigureDifference], split: str) -> str | None:
    """The loss of quantized networks as text: figure, class, bounds and margin.

    None if nothing is worse.
    """
    worst = worst_of(differences)
    if worst is None:
        return None
    more = sum(d.verdict == "worse" for d in differences) - 1
    assert worst.lower is not None
    assert worst.upper is not None
    assert worst.margin is not None
    int8, float32 = formatted(worst, worst.int8), formatted(worst, worst.float32)
    return (
        f"worse than float on {split}: {worst.stage}, {worst.figure} {int8} against {float32} "
        f"({worst.n:,} {worst.unit}s; with 95 % confidence it may be down "
        f"by {-worst.lower * 100:.2f} points, margin {worst.margin * 100:g})"
        + (f", and {more} more" if more else "")
    )


def require_held(
    differences: Sequence[FigureDifference], split: str, *, what: str = "int8", why: str = ""
) -> None:
    """Raise if any figure is worse.

    Args:
        differences: Result of ``compare``.
        split: Split of the items.
        what: The quantized form, for the error.
        why: The layer with most noise, for the error.

    Raises:
        ExportGateError: A figure is worse; names the figure with the largest loss, and its class.
    """
    words = loss_text(differences, split)
    if words is None:
        return
    worst = worst_of(differences)
    assert worst is not None
    option = {ACCURACY: "--margin", AUROC: "--auroc-margin"}.get(worst.figure, "--recall-margin")
    raise ExportGateError(
        f"{what} is {words}{f'; {why}' if why else ''}; nothing was written",
        f"Try --mixed, --calibrate percentile or --qat 5, or state a wider {option}",
    )


def comparison_table(
    differences: Sequence[FigureDifference], split: str, margins: Margins, what: str = "int8"
) -> Table:
    """Table of the comparison: a row per figure under its stage, shares in percent."""
    table = captioned(
        f"{what} against float on {split}",
        f"margins: accuracy {margins.accuracy * 100:g}, AUROC {margins.auroc * 100:g}, recall "
        f"{margins.recall * 100:g} points; bounds: points, one-sided, 95 % each, bootstrapped over "
        f"groups; held: the lower bound is above minus the margin",
    )
    table.add_column("figure", no_wrap=True)
    for heading in ("n", "float", "int8", "points", "bounds", "only\nfloat", "only\nint8"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    stage = ""
    for d in differences:
        if d.stage != stage:
            table.add_row(f"[bold]{d.stage}[/], {d.unit}s")
            stage = d.stage
        table.add_row(
            f"  {as_markup(d.figure)}",
            f"{d.n:,}",
            formatted(d, d.float32),
            formatted(d, d.int8),
            points(d.difference),
            f"{points(d.lower)} {points(d.upper)}",
            "" if d.only_float_right is None else str(d.only_float_right),
            "" if d.only_int8_right is None else str(d.only_int8_right),
            VERDICT_SHOWN[d.verdict],
        )
    return table


VERDICT_SHOWN = {
    "held": "[green]held[/]",
    "worse": "[bold red]WORSE[/]",
    "not judged": "[yellow]not judged[/]",
}


def formatted(d: FigureDifference, figure: float | None) -> str:
    """A figure as text: AUROC as a number, shares in percent; empty if undefined."""
    if figure is None:
        return ""
    return f"{figure:.4f}" if d.figure == AUROC else f"{figure * 100:.2f} %"
