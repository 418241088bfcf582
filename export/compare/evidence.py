"""What is known of every rung: the evidence that the report shows and the gate decides by."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
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


class JudgedFigure(Protocol):
    """A figure that was held against float's."""

    @property
    def verdict(self) -> Verdict: ...


_Difference = TypeVar("_Difference", bound=JudgedFigure)


@dataclass(slots=True, eq=False)
class RungEvidence(Generic[_Difference]):
    """One form of the cascade's networks, or of those that outline.

    Attributes:
        rung: Which.
        refused: Why it is not packed; None where it is.
        parity: By network, see ``export.convert.every_form.ConvertedForms``.
        sizes: Bytes of its files, by network.
        digests: SHA-256 of them, likewise.
        end_to_end: Largest difference of a golden frame's score from Keras's, a fraction; None
            where it was refused before, and of networks that outline.
        differences: Its figures against float32 TFLite's, by split; empty for that itself.
        figures: The cascade's figures by split and stage.
        latency: By network.
    """

    rung: Rung
    refused: str | None = None
    parity: dict[str, float] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    end_to_end: float | None = None
    differences: dict[str, tuple[_Difference, ...]] = field(default_factory=dict)
    figures: dict[str, dict[str, StageFigures]] = field(default_factory=dict)
    latency: dict[str, Latency] = field(default_factory=dict)

    def counted(self, split: str) -> dict[str, int]:
        """How many of its figures held, were not judged, and are worse on a split."""
        verdicts = [difference.verdict for difference in self.differences.get(split, ())]
        return {kind: verdicts.count(kind) for kind in ("held", "not judged", "worse")}


def first_evidence(
    networks: Mapping[str, ConvertedForms], rungs: Sequence[Rung]
) -> dict[Rung, RungEvidence[Any]]:
    """What converting alone has shown of each rung that was wanted."""
    proofs = {}
    for rung in rungs:
        proof = proofs[rung] = RungEvidence(rung)
        for name, network in networks.items():
            if rung in network.forms:
                describe(proof, name, network, rung)
            if rung in network.refused:
                proof.refused = proof.refused or f"{name}: {network.refused[rung]}"
    return proofs


def describe(proof: RungEvidence[Any], name: str, network: ConvertedForms, used: Rung) -> None:
    """Note which of a network's files a rung runs it in."""
    content = network.forms[used]
    proof.parity[name] = network.parity[used]
    proof.sizes[name] = len(content)
    proof.digests[name] = hashlib.sha256(content).hexdigest()


def leave_out_too_large(
    proofs: Mapping[Rung, RungEvidence[Any]],
    limit: int = MOST_BYTES,
    kept: Collection[Rung] = (EXACT, REQUIRED),
) -> None:
    """Refuse the largest of the rungs that are not kept until the rest fit into a bundle."""
    sizes = {rung: sum(proofs[rung].sizes.values()) for rung in standing(proofs)}
    spare = sorted((r for r in sizes if r not in kept), key=lambda r: -sizes[r])
    reason = f"with it the bundle would be larger than {limit / 2**20:.0f} MiB of networks"
    for rung in spare:
        if sum(sizes.values()) <= limit:
            return
        proofs[rung].refused = reason
        del sizes[rung]


def room_for_outlines(proofs: Mapping[Rung, RungEvidence[Any]]) -> int:
    """Bytes that the networks that outline may take beside the cascade's."""
    return MOST_WITH_OUTLINES - sum(sum(proofs[rung].sizes.values()) for rung in standing(proofs))


def standing(proofs: Mapping[Rung, RungEvidence[Any]]) -> list[Rung]:
    """The rungs that were not refused yet, in the ladder's order."""
    return [rung for rung in LADDER if rung in proofs and proofs[rung].refused is None]


def packed_rungs(proofs: Mapping[Rung, RungEvidence[Any]], split: str) -> tuple[PackedRung, ...]:
    """What the manifest says of the rungs that are packed."""
    packed = []
    for rung in standing(proofs):
        if rung == EXACT:
            continue
        counts = proofs[rung].counted(split)
        packed.append(
            PackedRung(
                format=rung.format,
                precision=rung.precision,
                held=counts["held"],
                not_judged=counts["not judged"],
            )
        )
    return tuple(packed)
