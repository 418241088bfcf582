"""The rungs, and what remedies bought, as short tables for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.markup import escape
from rich.table import Table

from edge.bundle.manifest_parts import FigureDifference
from export.compare.evidence import RungEvidence
from export.compare.instance_non_inferiority import ApDifference
from export.compare.tables import captioned, points
from export.convert.forms import EXACT, Rung
from export.mitigate.base import RemedyResult
from export.score.stage_answers import ACCURACY


def ladder_table(proofs: Mapping[Rung, RungEvidence[FigureDifference]], split: str) -> Table:
    """Every rung: size, accuracy of the verdict, distance from Keras, latency, and its verdict."""
    table = captioned(
        f"the ladder on {split}",
        "bound: accuracy of the verdict is down by less than that with 95 % confidence; "
        "off Keras: of golden frames' scores; × float32 TFLite, gate and classifier together",
    )
    table.add_column("rung", no_wrap=True)
    for heading in ("KiB", "right %", "points", "bound", "off Keras", "p50 ms", "×"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("verdict")
    base = proofs[EXACT]
    for rung, proof in proofs.items():
        figures = proof.figures.get(split, {}).get("decision")
        accuracy = next(
            (
                d
                for d in proof.differences.get(split, ())
                if (d.stage, d.figure) == ("decision", ACCURACY)
            ),
            None,
        )
        p50 = sum(latency.p50 for latency in proof.latency.values())
        off = proof.end_to_end
        table.add_row(
            str(rung),
            f"{sum(proof.sizes.values()) / 1024:,.0f}" if proof.sizes else "",
            f"{figures.accuracy * 100:.2f}" if figures else "",
            points(accuracy and accuracy.difference),
            points(accuracy and accuracy.lower),
            "" if off is None else f"{off:.1e}",
            f"{p50:.2f}" if p50 else "",
            f"{_ratio(proof, base):.2f}" if p50 else "",
            _verdict(proof, split),
        )
    return table


def instances_ladder_table(proofs: Mapping[Rung, RungEvidence[ApDifference]], split: str) -> Table:
    """The same of the networks that outline: size, AP at IoU 0.5, distance from Keras, latency."""
    figures = dict.fromkeys(d.figure for d in _differences(proofs.values(), split))
    table = captioned(
        f"the ladder of the instance networks on {split}",
        "bound: no AP50 is down by more than that with 95 % confidence; off Keras: of the same "
        "tensors; × float32 TFLite, each network once",
    )
    table.add_column("rung", no_wrap=True)
    for heading in ("KiB", *figures, "bound", "off Keras", "p50 ms", "×"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("verdict")
    exact = {d.figure: d.float32 for d in _differences(proofs.values(), split)}
    for rung, proof in proofs.items():
        found = _differences([proof], split)
        values = exact if rung == EXACT else {d.figure: d.shrunk for d in found}
        lowest = min((d.bounds.lower for d in found if d.bounds), default=None)
        p50 = sum(latency.p50 for latency in proof.latency.values())
        table.add_row(
            str(rung),
            f"{sum(proof.sizes.values()) / 1024:,.0f}" if proof.sizes else "",
            *(f"{values[figure]:.3f}" if figure in values else "" for figure in figures),
            points(lowest),
            f"{max(proof.parity.values()):.1e}" if proof.parity else "",
            f"{p50:.2f}" if p50 else "",
            f"{_ratio(proof, proofs[EXACT]):.2f}" if p50 else "",
            _verdict(proof, split),
        )
    return table


def bought_table(bought: Sequence[RemedyResult]) -> Table:
    """What every remedy did to the cascade's networks on val."""
    caption = "each on top of those kept before it, in int8 TFLite, at temperature 1"
    return _bought_table(bought, "right %", "AUROC", caption)


def outlines_bought_table(bought: Sequence[RemedyResult]) -> Table:
    """What every remedy did to the instance networks on val."""
    caption = "each on top of those kept before it, in int8 TFLite, with heads in float"
    both = any(one.float32.ranked[1] is not None for one in bought)
    kinds = ("mask AP50 %", "box AP50") if both else ("box AP50 %", "")
    return _bought_table(bought, *kinds, caption)


def _bought_table(bought: Sequence[RemedyResult], first: str, second: str, caption: str) -> Table:
    table = captioned("remedies, on val", caption)
    table.add_column("network", no_wrap=True)
    table.add_column("remedy")
    for heading in ("float", "before", "after"):
        table.add_column(f"{heading}\n{first}", justify="right", no_wrap=True)
    for heading in (second, "KiB"):
        table.add_column(f"\n{heading}", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for one in bought:
        before, after = one.before.ranked[1], one.after.ranked[1]
        table.add_row(
            one.stage,
            f"{one.remedy}: {escape(one.how)}",
            *(f"{found.ranked[0] * 100:.2f}" for found in (one.float32, one.before, one.after)),
            "" if before is None or after is None else f"{after - before:+.4f}",
            f"{(one.after.size - one.before.size) / 1024:+.1f}",
            "[green]kept[/]" if one.taken else "no better",
        )
    return table


def _differences(proofs: Iterable[RungEvidence[ApDifference]], split: str) -> list[ApDifference]:
    return [d for proof in proofs for d in proof.differences.get(split, ())]


def _ratio(proof: RungEvidence[Any], base: RungEvidence[Any]) -> float:
    """Of the networks together, each as long as float32 TFLite times its paired ratio."""
    whole = sum(latency.p50 for latency in base.latency.values())
    mine = sum(
        base.latency[stage].p50 * latency.ratio
        for stage, latency in proof.latency.items()
        if stage in base.latency
    )
    return mine / whole


def _verdict(proof: RungEvidence[Any], split: str) -> str:
    if proof.refused is not None:
        return f"[bold red]refused[/]: {escape(proof.refused)}"
    if proof.rung == EXACT:
        return "the measure"
    counts = proof.counted(split)
    words = f"[green]{counts['held']} held[/]"
    if counts["not judged"]:
        words += f", [yellow]{counts['not judged']} not judged[/]"
    return words
