"""The report's section on the networks that outline defects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from export.report.rungs import points, rung_name
from train.evaluate.report.words import NOTHING
from train.html.page import table

_SPLITS = ("val", "holdout")


def outlines(figures: Mapping[str, Any]) -> str:
    """Every rung of the networks, what it loses and how long it takes, as HTML."""
    instances = figures["instances"]
    if instances is None:
        return ""
    return _ladder(figures) + _differences(instances) + _latency(instances)


def _ladder(figures: Mapping[str, Any]) -> str:
    stands = "let through" if figures["split"] == "val" else "packed"
    rows = [
        (
            rung_name(rung),
            _in_float(rung),
            f"{sum(rung['bytes'].values()) / 1024:,.0f}" if rung["bytes"] else NOTHING,
            f"{max(rung['parity'].values()):.1e}" if rung["parity"] else NOTHING,
            stands if rung["packed"] else f"refused: {rung['refused']}",
        )
        for rung in figures["instances"]["rungs"]
    ]
    return (
        table(("rung", "in float in it", "KiB", "off Keras", ""), rows)
        + '<p class="note">Off Keras: the largest difference of any network on the same tensors, '
        "as a share of the largest number it gives. A head stays in float where 8 bits cost it "
        "average precision; where a form was refused, a device runs these networks in float.</p>"
    )


def _in_float(rung: Mapping[str, Any]) -> str:
    networks = rung["networks"]
    if networks is None or rung["precision"] == "float32":
        return NOTHING
    heads = [head for head in ("box_head", "mask_head") if networks[head] == "float32"]
    return ", ".join(head.replace("_", " ") for head in heads) or "none"


def _differences(instances: Mapping[str, Any]) -> str:
    rows = [
        (
            f"{rung_name(d)}, {d['figure']}, {split}",
            f"{d['float32']:.3f}",
            f"{d['shrunk']:.3f}",
            *(points(d["bounds"] and d["bounds"][end]) for end in ("lower", "upper")),
            d["verdict"],
        )
        for split in _SPLITS
        for rung in instances["rungs"]
        for d in rung["differences"].get(split, ())
    ]
    return table(("", "float32", "shrunk", "at least", "at most", ""), rows)


def _latency(instances: Mapping[str, Any]) -> str:
    """Empty where nothing was timed."""
    rows = [
        (
            name,
            rung_name(rung),
            f"{taken['p50']:.2f}",
            f"{taken['p99']:.2f}",
            f"{taken['ratio']:.2f}",
        )
        for rung in instances["rungs"]
        for name, taken in rung["latency"].items()
    ]
    if not rows:
        return ""
    return table(("network", "rung", "median ms", "p99 ms", "× float32 TFLite"), rows)
