"""Evidence about every form, for the report and for the export's decision.

Steps return results (refusals, comparisons, latencies). The evidence is assembled from them once,
and extended with the holdout's comparison without changing that of val.
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

MAX_CASCADE_BYTES = MAX_BYTES * 3 // 4
"""Size limit of the cascade's networks; the rest is for instances, golden frames and report."""

MAX_NETWORK_BYTES = MAX_BYTES * 7 // 8
"""Size limit of the cascade's and the instance networks together."""

Refusals = Mapping[Rung, str]
"""Reason why a form is not packed, by form."""


class JudgedFigure(Protocol):
    """A figure that was compared with float's."""

    @property
    def verdict(self) -> Verdict: ...


_Difference = TypeVar("_Difference", bound=JudgedFigure)


@dataclass(frozen=True, slots=True, eq=False)
class RungFiles:
    """Files of one form, by network.

    Attributes:
        parity: See ``export.convert.every_form.ConvertedForms``.
        sizes: Sizes in bytes.
        digests: SHA-256.
    """

    parity: Mapping[str, float] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)

    @property
    def bytes(self) -> int:
        """Total size of all networks."""
        return sum(self.sizes.values())


@dataclass(frozen=True, slots=True, eq=False)
class SplitComparison(Generic[_Difference]):
    """Comparison of every form with float32 TFLite on a split.

    Attributes:
        differences: Differences by form; none for float32 TFLite itself.
        refused: Reasons why worse forms are not packed. A caller that needs one of them raises.
        figures: The cascade's figures, by form and stage.
    """

    differences: Mapping[Rung, tuple[_Difference, ...]]
    refused: Refusals
    figures: Mapping[Rung, Mapping[str, StageFigures]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class RungEvidence(Generic[_Difference]):
    """Evidence about one form of the cascade's or the instance networks.

    Attributes:
        rung: The form.
        refused: Reason why it is not packed; None if it is.
        files: Files of its networks.
        end_to_end: Largest difference of a golden frame's score from Keras, a fraction; None if it
            was refused earlier, and for instance networks.
        differences: Differences to float32 TFLite by split; empty for float32 TFLite itself.
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
        """Numbers of figures that held, were not judged, and are worse, on a split."""
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
    """Assemble the evidence of every requested form.

    Args:
        files: Files of each form.
        refused: Reasons why forms are not packed; of several the first one found.
        split: Split of the comparison.
        comparison: Comparison on that split.
        end_to_end: Largest difference of a golden frame's score from Keras, for the cascade.
        latency: By form and network.
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
    """Add another split's comparison; a form that is already refused stays refused."""

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
    """Files of networks in their forms ``used``; networks without that form are left out."""
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
    """Files of each requested form, every network in that form."""
    return {rung: files_of(networks, dict.fromkeys(networks, rung)) for rung in rungs}


def not_converted(networks: Mapping[str, ConvertedForms], rungs: Iterable[Rung]) -> dict[Rung, str]:
    """Forms to which a network cannot be converted, with the first network's reason."""
    refused: dict[Rung, str] = {}
    for rung in rungs:
        for name, network in networks.items():
            if rung in network.refused:
                refused.setdefault(rung, f"{name}: {network.refused[rung]}")
    return refused


def too_large(
    sizes: Mapping[Rung, int],
    limit: int = MAX_CASCADE_BYTES,
    kept: Collection[Rung] = (EXACT, REQUIRED),
) -> dict[Rung, str]:
    """The largest forms to leave out until the others fit into a bundle.

    Args:
        sizes: Bytes of each form that is not refused.
        limit: Limit of their total size in bytes.
        kept: Forms that are never left out.
    """
    left = dict(sizes)
    reason = f"with it the bundle's networks would exceed {limit / 2**20:.0f} MiB"
    refused: dict[Rung, str] = {}
    for rung in sorted((rung for rung in sizes if rung not in kept), key=lambda r: -sizes[r]):
        if sum(left.values()) <= limit:
            break
        refused[rung] = reason
        del left[rung]
    return refused


def not_refused(rungs: Collection[Rung], refused: Refusals) -> list[Rung]:
    """Forms that are not refused, in the fixed order."""
    return [rung for rung in LADDER if rung in rungs and rung not in refused]


def packable_rungs(evidence: Mapping[Rung, RungEvidence[Any]]) -> list[Rung]:
    """Forms without a refusal, in the fixed order."""
    return [rung for rung in LADDER if rung in evidence and evidence[rung].refused is None]


def bytes_for_instances(evidence: Mapping[Rung, RungEvidence[Any]]) -> int:
    """Bytes available for instance networks beside the cascade's."""
    return MAX_NETWORK_BYTES - sum(evidence[rung].files.bytes for rung in packable_rungs(evidence))


def packed_rungs(evidence: Mapping[Rung, RungEvidence[Any]], split: str) -> tuple[PackedRung, ...]:
    """The manifest's entries for the packed forms."""
    packed = []
    for rung in packable_rungs(evidence):
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
