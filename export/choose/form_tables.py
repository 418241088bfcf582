"""Tables of forms and of mitigations, for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.table import Table

from edge.bundle.manifest_parts import FigureDifference
from edge.cli.console import as_markup
from export.compare.evidence import RungEvidence
from export.compare.instance_comparison import InstanceEvidence
from export.compare.instance_non_inferiority import ApDifference
from export.compare.tables import captioned, points
from export.convert.forms import EXACT, Rung
from export.mitigate.base import RemedyResult
from export.score.stage_answers import ACCURACY


def ladder_table(evidence: Mapping[Rung, RungEvidence[FigureDifference]], split: str) -> Table:
    """Table of forms: size, verdict accuracy, difference from Keras, latency, and result."""
    table = captioned(
        f"the forms on {split}",
        "bound: largest loss of verdict accuracy, with 95 % confidence; off Keras: difference of "
        "golden frames' scores; × float32 TFLite, gate and classifier together",
    )
    table.add_column("rung", no_wrap=True)
    for heading in ("KiB", "right %", "points", "bound", "off Keras", "p50 ms", "×"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("verdict")
    base = evidence[EXACT]
    for rung, one in evidence.items():
        figures = one.figures.get(split, {}).get("decision")
        accuracy = next(
            (
                d
                for d in one.differences.get(split, ())
                if (d.stage, d.figure) == ("decision", ACCURACY)
            ),
            None,
        )
        p50 = sum(latency.p50 for latency in one.latency.values())
        off = one.end_to_end
        table.add_row(
            str(rung),
            f"{one.files.bytes / 1024:,.0f}" if one.files.sizes else "",
            f"{figures.accuracy * 100:.2f}" if figures else "",
            points(accuracy and accuracy.difference),
            points(accuracy and accuracy.lower),
            "" if off is None else f"{off:.1e}",
            f"{p50:.2f}" if p50 else "",
            f"{_ratio(one, base):.2f}" if p50 else "",
            _verdict(one, split),
        )
    return table


def instances_ladder_table(evidence: InstanceEvidence, split: str) -> Table:
    """Table of the instance networks' forms: size, AP50, difference from Keras, latency."""
    figures = dict.fromkeys(d.figure for d in _differences(evidence.values(), split))
    table = captioned(
        f"the forms of the instance networks on {split}",
        "bound: largest loss of any AP50, with 95 % confidence; off Keras: difference on the same "
        "tensors; × float32 TFLite, each network once",
    )
    table.add_column("rung", no_wrap=True)
    for heading in ("KiB", *figures, "bound", "off Keras", "p50 ms", "×"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("verdict")
    exact = {d.figure: d.float32 for d in _differences(evidence.values(), split)}
    for rung, one in evidence.items():
        found = _differences([one], split)
        values = exact if rung == EXACT else {d.figure: d.shrunk for d in found}
        lowest = min((d.bounds.lower for d in found if d.bounds), default=None)
        p50 = sum(latency.p50 for latency in one.latency.values())
        table.add_row(
            str(rung),
            f"{one.files.bytes / 1024:,.0f}" if one.files.sizes else "",
            *(f"{values[figure]:.3f}" if figure in values else "" for figure in figures),
            points(lowest),
            f"{max(one.files.parity.values()):.1e}" if one.files.parity else "",
            f"{p50:.2f}" if p50 else "",
            f"{_ratio(one, evidence[EXACT]):.2f}" if p50 else "",
            _verdict(one, split),
        )
    return table


def remedies_table(results: Sequence[RemedyResult]) -> Table:
    """Table of mitigations of the cascade's networks on val."""
    caption = "each on top of those kept before it, in int8 TFLite, at temperature 1"
    return _remedies_table(results, "right %", "AUROC", caption)


def instance_remedies_table(results: Sequence[RemedyResult]) -> Table:
    """Table of mitigations of the instance networks on val."""
    caption = "each on top of those kept before it, in int8 TFLite, with heads in float"
    both = any(one.float32.ranked[1] is not None for one in results)
    kinds = ("mask AP50 %", "box AP50") if both else ("box AP50 %", "")
    return _remedies_table(results, *kinds, caption)


def _remedies_table(
    results: Sequence[RemedyResult], first: str, second: str, caption: str
) -> Table:
    table = captioned("mitigations, on val", caption)
    table.add_column("network", no_wrap=True)
    table.add_column("remedy")
    for heading in ("float", "before", "after"):
        table.add_column(f"{heading}\n{first}", justify="right", no_wrap=True)
    for heading in (second, "KiB"):
        table.add_column(f"\n{heading}", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for one in results:
        before, after = one.before.ranked[1], one.after.ranked[1]
        table.add_row(
            one.stage,
            f"{one.remedy}: {as_markup(one.how)}",
            *(f"{found.ranked[0] * 100:.2f}" for found in (one.float32, one.before, one.after)),
            "" if before is None or after is None else f"{after - before:+.4f}",
            f"{(one.after.size - one.before.size) / 1024:+.1f}",
            "[green]kept[/]" if one.taken else "not better",
        )
    return table


def _differences(evidence: Iterable[RungEvidence[ApDifference]], split: str) -> list[ApDifference]:
    return [d for one in evidence for d in one.differences.get(split, ())]


def _ratio(one: RungEvidence[Any], base: RungEvidence[Any]) -> float:
    """Latency of all networks relative to float32 TFLite, from their paired ratios."""
    whole = sum(latency.p50 for latency in base.latency.values())
    mine = sum(
        base.latency[stage].p50 * latency.ratio
        for stage, latency in one.latency.items()
        if stage in base.latency
    )
    return mine / whole


def _verdict(one: RungEvidence[Any], split: str) -> str:
    if one.refused is not None:
        return f"[bold red]refused[/]: {as_markup(one.refused)}"
    if one.rung == EXACT:
        return "the reference"
    counts = one.counted(split)
    words = f"[green]{counts['held']} held[/]"
    if counts["not judged"]:
        words += f", [yellow]{counts['not judged']} not judged[/]"
    return words
