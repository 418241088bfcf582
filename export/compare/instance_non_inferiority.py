"""Non-inferiority test of quantized instance networks against float ones, by AP50."""

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
from train.evaluate.instances.matched_instances import MatchedInstances

RESAMPLES = 1000
"""Fewer resamples than for shares, because average precision takes longer."""


@dataclass(frozen=True, slots=True)
class ApDifference:
    """One figure of the quantized networks and of the float ones on the same frames.

    Attributes:
        format: File format of the quantized networks.
        precision: Number format of their form.
        figure: ``BOX_AP50`` or ``MASK_AP50``.
        float32: Figure of the float networks in TFLite.
        shrunk: Figure of the quantized networks.
        bounds: Bounds of ``shrunk`` minus ``float32``; None if too few resamples have a defect.
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
    exact: MatchedInstances,
    shrunk: MatchedInstances,
    rung: Rung,
    margins: Margins,
    *,
    masks: bool,
) -> list[ApDifference]:
    """Figures of one form's networks, compared with the float ones.

    Args:
        exact: Predictions of the float networks.
        shrunk: Predictions of the quantized networks on the same frames.
        rung: Form of the quantized networks.
        margins: Non-inferiority margins.
        masks: Compare masks as well as boxes.
    """
    after = ap50s(shrunk, masks=masks)
    pairs = {BOX_AP50: (exact.boxes, shrunk.boxes), MASK_AP50: (exact.masks, shrunk.masks)}
    differences = []
    for figure, before in ap50s(exact, masks=masks).items():
        bounds = _bounds(*pairs[figure], exact.groups)
        # Without any prediction there is no mask figure; the AP is then 0.
        now = after.get(figure, 0.0)
        verdict = verdict_of(bounds, margins.ap50)
        differences.append(
            ApDifference(rung.format, rung.precision, figure, before, now, bounds, verdict)
        )
    return differences


def instance_loss_text(
    differences: Sequence[ApDifference], split: str, margins: Margins
) -> str | None:
    """Loss of the quantized networks as text; None if nothing is worse."""
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
    differences: Sequence[ApDifference], judged: MatchedInstances, split: str, margins: Margins
) -> Table:
    """Table of the comparison."""
    labels = sum(not truth.ignored for frame in judged.frames for truth in frame.truths)
    table = captioned(
        f"quantized instance networks against float on {split}",
        f"{labels:,} defects on {len(judged.frames):,} frames; margin {margins.ap50 * 100:g} "
        f"points; bounds are one-sided, 95 % each, bootstrapped over groups",
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
