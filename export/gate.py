"""The export gate: int8 against float on the holdout, figure by figure, and no bundle if it lost.

Both are judged on the same items, so besides each figure the paired counts are kept: how many items
only float, and only int8, answered rightly. A figure that fell is not excused by its interval; the
margin is what is agreed to be lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from edge.bundle.evidence import Difference
from edge.errors import ExportGateError
from export.answers import ACCURACY, Answers, StageAnswers
from train.evaluate.metrics import share

SLACK = 1e-9
"""A loss of exactly the margin is within it, whatever the rounding."""


@dataclass(frozen=True, slots=True)
class Margins:
    """By how much int8 may be worse than float.

    Attributes:
        accuracy: Fraction by which the accuracy of a stage may fall.
        recall: Fraction by which the recall of a class may fall.
        min_items: Classes with fewer items than this are shown and not judged.
        ap50: Fraction by which AP at IoU 0.5 of instances may fall.
    """

    accuracy: float = 0.01
    recall: float = 0.05
    min_items: int = 30
    ap50: float = 0.02

    def of(self, figure: str) -> float:
        """The margin of a figure, a fraction."""
        return self.accuracy if figure == ACCURACY else self.recall


def compare(
    float_stages: Mapping[str, StageAnswers],
    int8_stages: Mapping[str, StageAnswers],
    margins: Margins,
) -> tuple[Difference, ...]:
    """Every figure of every stage, float against int8, on the same items."""
    return tuple(
        _difference(stage, figure, answers, int8_stages[stage], margins)
        for stage, judged in float_stages.items()
        for figure, answers in judged.figures.items()
    )


def _difference(
    stage: str, figure: str, exact: Answers, int8_stage: StageAnswers, margins: Margins
) -> Difference:
    before, after = exact.counted, int8_stage.figures[figure].counted
    n = len(before)
    difference = (int(after.sum()) - int(before.sum())) / n if n else None
    verdict: Literal["held", "worse", "too few to judge"]
    if difference is None or (figure != ACCURACY and n < margins.min_items):
        verdict = "too few to judge"
    else:
        verdict = "worse" if difference < -margins.of(figure) - SLACK else "held"
    return Difference(
        stage=stage,
        figure=figure,
        n=n,
        unit=int8_stage.unit,
        float32=share(before),
        int8=share(after),
        difference=difference,
        both_right=int((before & after).sum()),
        only_float_right=int((before & ~after).sum()),
        only_int8_right=int((~before & after).sum()),
        verdict=verdict,
    )


def require_held(differences: Sequence[Difference], margins: Margins) -> None:
    """Refuse the export where any figure is worse by more than its margin.

    Raises:
        ExportGateError: Names the figure that lost most, and its class.
    """
    worse = [d for d in differences if d.verdict == "worse"]
    if not worse:
        return
    worst = min(worse, key=lambda d: d.difference or 0.0)
    option = "--margin" if worst.figure == ACCURACY else "--recall-margin"
    assert worst.float32 is not None
    assert worst.int8 is not None
    also = f", and {len(worse) - 1} more" if len(worse) > 1 else ""
    raise ExportGateError(
        f"int8 is worse than float on the holdout: {worst.stage}, {worst.figure} "
        f"{worst.int8:.1%} against {worst.float32:.1%} ({worst.n} {worst.unit}s, margin "
        f"{margins.of(worst.figure) * 100:g} points){also}; nothing was written",
        f"Train longer or with less extreme weights, or state a wider {option}",
    )


def comparison_table(differences: Sequence[Difference], margins: Margins) -> Table:
    """The comparison for people: a row a figure under its stage, shares in percent."""
    table = Table(
        title="int8 against float on the holdout",
        title_justify="left",
        caption=(
            f"margins: accuracy {margins.accuracy * 100:g}, recall {margins.recall * 100:g} points;"
            f" recalls of fewer than {margins.min_items} items are not judged"
        ),
        caption_justify="left",
        box=SIMPLE_HEAD,
        pad_edge=False,
    )
    table.add_column("figure", no_wrap=True)
    for heading in ("n", "float %", "int8 %", "points", "both\nright", "only\nfloat", "only\nint8"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    shown = {
        "held": "[green]held[/]",
        "worse": "[bold red]WORSE[/]",
        "too few to judge": "[yellow]too few[/]",
    }
    stage = ""
    for d in differences:
        if d.stage != stage:
            table.add_row(f"[bold]{d.stage}[/]")
            stage = d.stage
        table.add_row(
            f"  {escape(d.figure)}",
            f"{d.n:,} {d.unit}s",
            _percent(d.float32),
            _percent(d.int8),
            "" if d.difference is None else f"{d.difference * 100:+.2f}",
            str(d.both_right),
            str(d.only_float_right),
            str(d.only_int8_right),
            shown[d.verdict],
        )
    return table


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share * 100:.2f}"
