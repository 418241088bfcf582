"""The export gate of instances: shrunk networks against float on the holdout, by AP at IoU 0.5."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.table import Table

from edge.bundle.stages import Format
from edge.errors import ExportGateError
from export.gate import SLACK, Margins
from export.instance_heads import BOX_AP50, MASK_AP50, ap50s
from train.evaluate.instances.figures import instance_differences
from train.evaluate.instances.judged import JudgedInstances

_KEYS = {BOX_AP50: "box_ap50", MASK_AP50: "mask_ap50"}


@dataclass(frozen=True, slots=True)
class ApDifference:
    """One figure of the shrunk networks against the float ones on the same frames.

    Attributes:
        format: File format of the shrunk networks.
        figure: ``BOX_AP50`` or ``MASK_AP50``.
        float32: Of the float networks in TFLite.
        shrunk: Of the shrunk ones.
        interval: 95 % of ``shrunk`` less ``float32``, the same groups drawn for both; None where
            too few draws have a defect.
        worse: Whether it fell by more than the margin.
    """

    format: Format
    figure: str
    float32: float
    shrunk: float
    interval: tuple[float, float] | None
    worse: bool

    @property
    def difference(self) -> float:
        """``shrunk`` less ``float32``."""
        return self.shrunk - self.float32


def compare_instances(
    exact: JudgedInstances,
    shrunk: JudgedInstances,
    format_: Format,
    margins: Margins,
    *,
    masks: bool,
) -> list[ApDifference]:
    """The figures of the networks of one format against those of the float ones.

    Args:
        exact: Float, on the holdout.
        shrunk: On the same frames.
        format_: Of the shrunk networks.
        margins: What is allowed to be lost; an interval excuses nothing.
        masks: Compare masks besides boxes.
    """
    paired = instance_differences(shrunk, exact)
    after = ap50s(shrunk, masks=masks)
    differences = []
    for figure, before in ap50s(exact, masks=masks).items():
        # Where nothing at all is found there is no figure of masks: none of it is right.
        now = after.get(figure, 0.0)
        pair = paired[_KEYS[figure]]
        worse = now - before < -margins.ap50 - SLACK
        interval = pair["difference_interval"] if pair else None
        differences.append(ApDifference(format_, figure, before, now, interval, worse))
    return differences


def require_instances_held(differences: Sequence[ApDifference], margins: Margins) -> None:
    """Refuse the export where the shrunk networks are worse by more than the margin.

    Raises:
        ExportGateError: Names the figure that lost most.
    """
    worse = [d for d in differences if d.worse]
    if not worse:
        return
    worst = min(worse, key=lambda d: d.difference)
    also = f", and {len(worse) - 1} more" if len(worse) > 1 else ""
    raise ExportGateError(
        f"the shrunk instance networks are worse than float on the holdout: {worst.figure} "
        f"{worst.shrunk:.3f} against {worst.float32:.3f} in {worst.format} (margin "
        f"{margins.ap50 * 100:g} points){also}; nothing was written",
        "Train longer or with less extreme weights, or state a wider --ap-margin",
    )


def instances_table(
    differences: Sequence[ApDifference], judged: JudgedInstances, margins: Margins
) -> Table:
    """The comparison for people."""
    labels = sum(not truth.ignored for frame in judged.frames for truth in frame.truths)
    table = Table(
        title="shrunk instance networks against float on the holdout",
        title_justify="left",
        caption=(
            f"{labels:,} defects on {len(judged.frames):,} frames; margin {margins.ap50 * 100:g} "
            f"points; 95 % intervals over groups"
        ),
        caption_justify="left",
        box=SIMPLE_HEAD,
        pad_edge=False,
    )
    table.add_column("format", no_wrap=True)
    table.add_column("figure", no_wrap=True)
    for heading in ("float", "shrunk", "points", "interval"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for d in differences:
        ends = d.interval and " to ".join(f"{100 * end:+.2f}" for end in d.interval)
        table.add_row(
            d.format,
            d.figure,
            f"{d.float32:.3f}",
            f"{d.shrunk:.3f}",
            f"{100 * d.difference:+.2f}",
            ends or "",
            "[bold red]WORSE[/]" if d.worse else "[green]held[/]",
        )
    return table
