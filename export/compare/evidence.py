"""What is known of every rung: the evidence that the report shows and the gate decides by.

Steps return results (refusals, comparisons, latencies); evidence is assembled of them once, and
extended by the holdout's comparison without changing what val had shown.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, Protocol, TypeVar

from edge.bundle.container import MAX_BYTES
from edge.bundle.manifest_parts import (
    PackedRung,
    StageFigures,
    Verdict,
)
from export.convert.every_form import ConvertedForms
from export.convert.forms import (
    EXACT,
    LADDER,
    REQUIRED,
    Rung,
)
from export.score.latency import Latency

MOST_BYTES = MAX_BYTES * 3 // 4
"""Of the cascade's networks together; the rest is for outlines, golden frames and the report."""

MOST_WITH_OUTLINES = MAX_BYTES * 7 // 8
"""Of the cascade's networks and those that outline."""

Refusals = Mapping[Rung, str]
"""Why each of some rungs is not packed."""


class JudgedFigure(Protocol):
    """A figure that was held against float's."""

    @property
    def verdict(self) -> Verdict: ...


_Difference = TypeVar("_Difference", bound=JudgedFigure)


@dataclass(frozen=True, slots=True, eq=False)
class RungFiles:
    """The files that a rung runs its networks in, by network.

    Attributes:
        parity: Of each, see ``export.convert.every_form.ConvertedForms``.
        sizes: Bytes.
        digests: SHA-256.
    """

    parity: Mapping[str, float] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)

    @property
    def bytes(self) -> int:
        """Of all networks together."""
        return sum(self.sizes.values())


@dataclass(frozen=True, slots=True, eq=False)
class SplitComparison(Generic[_Difference]):
    """Every rung that was judged on a split, against float32 TFLite.

    Attributes:
        differences: Of each rung's figures; none of float32 TFLite itself.
        refused: Why rungs that are worse are not packed. A caller that cannot do without one of
            them fails instead.
        figures: The cascade's figures of each rung, by stage.
    """

    differences: Mapping[Rung, tuple[_Difference, ...]]
    refused: Refusals
    figures: Mapping[Rung, Mapping[str, StageFigures]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class RungEvidence(Generic[_Difference]):
    """One form of the cascade's networks, or of those that outline.

    Attributes:
        rung: Which.
        refused: Why it is not packed; None where it is.
        files: That its networks run in.
        end_to_end: Largest difference of a golden frame's score from Keras's, a fraction; None
            where it was refused before, and of networks that outline.
        differences: Its figures against float32 TFLite's, by split; empty for that itself.
        figures: The cascade's figures by split and stage.
        latency: By network.
    """

    rung: Rung
    refused: str | None = None
    files: RungFiles = field(default_factory=RungFiles)
    end_to_end: float | None = None
    differences: Mapping[str, tuple[_Difference, ...]] = field(default_factory=dict)
    figures: Mapping[str, Mapping[str, StageFigures]] = field(default_factory=dict)
    latency: Mapping[str, Latency] = field(default_factory=dict)

    def counted(self, split: str) -> dict[str, int]:
        """How many of its figures held, were not judged, and are worse on a split."""
        verdicts = [difference.verdict for difference in self.differences.get(split, ())]
        return {kind: verdicts.count(kind) for kind in ("held", "not judged", "worse")}


def assemble(
    files: Mapping[Rung, RungFiles],
    refused: Refusals,
    split: str,
    comparison: SplitComparison[_Difference],
    *,
    end_to_end: Mapping[Rung, float] | None = None,
    latency: Mapping[Rung, Mapping[str, Latency]] | None = None,
) -> dict[Rung, RungEvidence[_Difference]]:
    """The evidence of every rung that was wanted.

    Args:
        files: Of each rung.
        refused: Why rungs are not packed; of several reasons the first that was found.
        split: That rungs were compared on.
        comparison: On that split.
        end_to_end: Largest difference of a golden frame's score from Keras's, of the cascade.
        latency: By rung and network.
    """
    found: dict[Rung, RungEvidence[_Difference]] = {
        rung: RungEvidence(
            rung,
            refused.get(rung),
            of_rung,
            (end_to_end or {}).get(rung),
            latency=(latency or {}).get(rung, {}),
        )
        for rung, of_rung in files.items()
    }
    return with_split(found, split, comparison, refused)


def with_split(
    evidence: Mapping[Rung, RungEvidence[_Difference]],
    split: str,
    comparison: SplitComparison[_Difference],
    refused: Refusals,
) -> dict[Rung, RungEvidence[_Difference]]:
    """The evidence with a further split's comparison; a rung that is refused already stays so."""

    def extended(one: RungEvidence[_Difference]) -> RungEvidence[_Difference]:
        rung = one.rung
        figures, differences = dict(one.figures), dict(one.differences)
        if rung in comparison.figures:
            figures[split] = comparison.figures[rung]
        if rung in comparison.differences:
            differences[split] = comparison.differences[rung]
        reason = one.refused or refused.get(rung)
        return replace(one, refused=reason, figures=figures, differences=differences)

    return {rung: extended(one) for rung, one in evidence.items()}


def files_of(networks: Mapping[str, ConvertedForms], used: Mapping[str, Rung]) -> RungFiles:
    """The files of networks in the form ``used`` of each; one that has no such form is left out."""
    forms = {name: network for name, network in networks.items() if used[name] in network.forms}
    contents = {name: network.forms[used[name]] for name, network in forms.items()}
    return RungFiles(
        {name: network.parity[used[name]] for name, network in forms.items()},
        {name: len(content) for name, content in contents.items()},
        {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()},
    )


def rung_files(
    networks: Mapping[str, ConvertedForms], rungs: Iterable[Rung]
) -> dict[Rung, RungFiles]:
    """The files of each rung that was wanted, every network in that rung's own form."""
    return {rung: files_of(networks, dict.fromkeys(networks, rung)) for rung in rungs}


def not_converted(networks: Mapping[str, ConvertedForms], rungs: Iterable[Rung]) -> dict[Rung, str]:
    """The rungs that a network cannot be had in, with the first network's reason."""
    refused: dict[Rung, str] = {}
    for rung in rungs:
        for name, network in networks.items():
            if rung in network.refused:
                refused.setdefault(rung, f"{name}: {network.refused[rung]}")
    return refused


def too_large(
    sizes: Mapping[Rung, int],
    limit: int = MOST_BYTES,
    kept: Collection[Rung] = (EXACT, REQUIRED),
) -> dict[Rung, str]:
    """The largest of the rungs that are not kept, until the rest fit into a bundle.

    Args:
        sizes: Bytes of each rung that still stands.
        limit: Bytes of all together.
        kept: Rungs that are not left out.
    """
    left = dict(sizes)
    reason = f"with it the bundle would be larger than {limit / 2**20:.0f} MiB of networks"
    refused: dict[Rung, str] = {}
    for rung in sorted((rung for rung in sizes if rung not in kept), key=lambda r: -sizes[r]):
        if sum(left.values()) <= limit:
            break
        refused[rung] = reason
        del left[rung]
    return refused


def not_refused(rungs: Collection[Rung], refused: Refusals) -> list[Rung]:
    """The rungs that still stand, in the ladder's order."""
    return [rung for rung in LADDER if rung in rungs and rung not in refused]


def standing(evidence: Mapping[Rung, RungEvidence[Any]]) -> list[Rung]:
    """The rungs that were not refused, in the ladder's order."""
    return [rung for rung in LADDER if rung in evidence and evidence[rung].refused is None]


def room_for_outlines(evidence: Mapping[Rung, RungEvidence[Any]]) -> int:
    """Bytes that the networks that outline may take beside the cascade's."""
    return MOST_WITH_OUTLINES - sum(evidence[rung].files.bytes for rung in standing(evidence))


def packed_rungs(evidence: Mapping[Rung, RungEvidence[Any]], split: str) -> tuple[PackedRung, ...]:
    """What the manifest says of the rungs that are packed."""
    packed = []
    for rung in standing(evidence):
        if rung == EXACT:
            continue
        counts = evidence[rung].counted(split)
        packed.append(
            PackedRung(
                format=rung.format,
                precision=rung.precision,
                held=counts["held"],
                not_judged=counts["not judged"],
            )
        )
    return tuple(packed)
