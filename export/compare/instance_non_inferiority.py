"""The export gate of instances: shrunk networks against float ones, by AP at IoU 0.5."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from edge.bundle.manifest_parts import Precision, Verdict
from edge.bundle.stages import Format
from export.compare.bounds import Bounds, statistic_bounds
from export.compare.instance_heads import (
    BOX_AP50,
    MASK_AP50,
    ap50s,
)
from export.compare.non_inferiority import VERDICT_SHOWN, verdict_of
from export.compare.tables import captioned, points
from export.convert.forms import Rung
from export.settings import Margins
from train.evaluate.instances.coco import Matched
from train.evaluate.instances.intervals import ap50
from train.evaluate.instances.judged import JudgedInstances

RESAMPLES = 1000
"""Draws of groups: average precision takes longer than a share."""


@dataclass(frozen=True, slots=True)
class ApDifference:
    """One figure of the shrunk networks against the float ones on the same frames.

    Attributes:
        format: File format of the shrunk networks.
        precision: Their rung's number format.
        figure: ``BOX_AP50`` or ``MASK_AP50``.
        float32: Of the float networks in TFLite.
        shrunk: Of the shrunk ones.
        bounds: Of ``shrunk`` less ``float32``; None where too few draws have a defect.
        verdict: See ``export.compare.non_inferiority.verdict_of``.
    """

    format: Format
    precision: Precision
    figure: str
    float32: float
    shrunk: float
    bounds: Bounds | None
    verdict: Verdict


def compare_instances(
    exact: JudgedInstances,
    shrunk: JudgedInstances,
    rung: Rung,
    margins: Margins,
    *,
    masks: bool,
) -> list[ApDifference]:
    """The figures of the networks of one rung against those of the float ones.

    Args:
        exact: What the float ones find.
        shrunk: What the shrunk ones find on the same frames.
        rung: Of the shrunk networks.
        margins: What is allowed to be lost.
        masks: Compare masks besides boxes.
    """
    after = ap50s(shrunk, masks=masks)
    pairs = {BOX_AP50: (exact.boxes, shrunk.boxes), MASK_AP50: (exact.masks, shrunk.masks)}
    differences = []
    for figure, before in ap50s(exact, masks=masks).items():
        bounds = _bounds(*pairs[figure], exact.groups)
        # Where nothing at all is found there is no figure of masks: none of it is right.
        now = after.get(figure, 0.0)
        verdict = verdict_of(bounds, margins.ap50)
        differences.append(
            ApDifference(rung.format, rung.precision, figure, before, now, bounds, verdict)
        )
    return differences


def instance_loss_text(
    differences: Sequence[ApDifference], split: str, margins: Margins
) -> str | None:
    """What shrunk networks lost, for people; None where nothing is worse."""
    worse = [d for d in differences if d.verdict == "worse"]
    if not worse:
        return None
    worst = min(worse, key=lambda d: d.bounds.lower if d.bounds else 0.0)
    assert worst.bounds is not None
    also = f", and {len(worse) - 1} more" if len(worse) > 1 else ""
    return (
        f"worse than float on {split}: {worst.figure} {worst.shrunk:.3f} against "
        f"{worst.float32:.3f} in {worst.format} {worst.precision} (with 95 % confidence it may be "
        f"down by {-worst.bounds.lower * 100:.1f} points, margin {margins.ap50 * 100:g}){also}"
    )


def instances_table(
    differences: Sequence[ApDifference], judged: JudgedInstances, split: str, margins: Margins
) -> Table:
    """The comparison for people."""
    labels = sum(not truth.ignored for frame in judged.frames for truth in frame.truths)
    table = captioned(
        f"shrunk instance networks against float on {split}",
        f"{labels:,} defects on {len(judged.frames):,} frames; margin {margins.ap50 * 100:g} "
        f"points; bounds are one-sided, 95 % each, groups drawn together",
    )
    table.add_column("rung", no_wrap=True)
    table.add_column("figure", no_wrap=True)
    for heading in ("float", "shrunk", "points", "bounds"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for d in differences:
        bounds = d.bounds
        table.add_row(
            f"{d.format} {d.precision}",
            d.figure,
            f"{d.float32:.3f}",
            f"{d.shrunk:.3f}",
            points(d.shrunk - d.float32),
            f"{points(bounds.lower)} {points(bounds.upper)}" if bounds else "",
            VERDICT_SHOWN[d.verdict],
        )
    return table


def _bounds(
    exact: Matched | None, shrunk: Matched | None, groups: NDArray[np.str_]
) -> Bounds | None:
    def difference(weights: NDArray[np.intp]) -> float | None:
        before = ap50(exact, weights) if exact else None
        after = ap50(shrunk, weights) if shrunk else 0.0
        return None if before is None or after is None else after - before

    return statistic_bounds(groups, difference, resamples=RESAMPLES)
