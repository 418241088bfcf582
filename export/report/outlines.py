"""The report's section on the networks that outline defects."""

from __future__ import annotations

from export.report.report_data import InstancesRung, ReportData, ReportedInstances
from export.report.rungs import points
from train.evaluate.report.words import NOTHING
from train.html.page import table

_SPLITS = ("val", "holdout")


def outlines(report: ReportData) -> str:
    """Every rung of the networks, what it loses and how long it takes, as HTML."""
    instances = report.instances
    if instances is None:
        return ""
    return _ladder(report.split, instances) + _differences(instances) + _latency(instances)


def _ladder(split: str, instances: ReportedInstances) -> str:
    stands = "let through" if split == "val" else "packed"
    rows = [
        (
            str(rung),
            _in_float(rung),
            f"{sum(rung.bytes.values()) / 1024:,.0f}" if rung.bytes else NOTHING,
            f"{max(rung.parity.values()):.1e}" if rung.parity else NOTHING,
            stands if rung.packed else f"refused: {rung.refused}",
        )
        for rung in instances.rungs
    ]
    return (
        table(("rung", "in float in it", "KiB", "off Keras", ""), rows)
        + '<p class="note">Off Keras: the largest difference of any network on the same tensors, '
        "as a share of the largest number it gives. A head stays in float where 8 bits cost it "
        "average precision; where a form was refused, a device runs these networks in float.</p>"
    )


def _in_float(rung: InstancesRung) -> str:
    networks = rung.networks
    if networks is None or rung.precision == "float32":
        return NOTHING
    heads = [head for head in ("box_head", "mask_head") if getattr(networks, head) == "float32"]
    return ", ".join(head.replace("_", " ") for head in heads) or "none"


def _differences(instances: ReportedInstances) -> str:
    rows = [
        (
            f"{d.format} {d.precision}, {d.figure}, {split}",
            f"{d.float32:.3f}",
            f"{d.shrunk:.3f}",
            *(points(d.bounds and getattr(d.bounds, end)) for end in ("lower", "upper")),
            d.verdict,
        )
        for split in _SPLITS
        for rung in instances.rungs
        for d in rung.differences.get(split, ())
    ]
    return table(("", "float32", "shrunk", "at least", "at most", ""), rows)


def _latency(instances: ReportedInstances) -> str:
    """Empty where nothing was timed."""
    rows = [
        (
            name,
            str(rung),
            f"{taken.p50:.2f}",
            f"{taken.p99:.2f}",
            f"{taken.ratio:.2f}",
        )
        for rung in instances.rungs
        for name, taken in rung.latency.items()
    ]
    if not rows:
        return ""
    return table(("network", "rung", "median ms", "p99 ms", "× float32 TFLite"), rows)
