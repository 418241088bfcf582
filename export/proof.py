"""What is known of every rung: the evidence that the report shows and the gate decides by."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from edge.bundle.container import MAX_BYTES
from edge.bundle.evidence import Difference, Figures, PackedRung
from export.ladder import EXACT, LADDER, REQUIRED, Rung
from export.latency import Latency
from export.shrink import Shrunk

MOST_BYTES = MAX_BYTES * 3 // 4
"""Of the cascade's networks together; the rest is for outlines, golden frames and the report."""


@dataclass(slots=True, eq=False)
class RungProof:
    """One form of the cascade's networks.

    Attributes:
        rung: Which.
        refused: Why it is not packed; None where it is.
        parity: By stage, see ``export.shrink.Shrunk``.
        sizes: Bytes of its files, by stage.
        digests: SHA-256 of them, likewise.
        end_to_end: Largest difference of a golden frame's score from Keras's, a fraction; None
            where it was refused before.
        differences: Its figures against float32 TFLite's, by split; empty for that itself.
        figures: Its figures by split and stage.
        latency: By stage.
    """

    rung: Rung
    refused: str | None = None
    parity: dict[str, float] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    end_to_end: float | None = None
    differences: dict[str, tuple[Difference, ...]] = field(default_factory=dict)
    figures: dict[str, dict[str, Figures]] = field(default_factory=dict)
    latency: dict[str, Latency] = field(default_factory=dict)

    def counted(self, split: str) -> dict[str, int]:
        """How many of its figures held, were not judged, and are worse on a split."""
        verdicts = [difference.verdict for difference in self.differences.get(split, ())]
        return {kind: verdicts.count(kind) for kind in ("held", "not judged", "worse")}


def first_proofs(stages: Mapping[str, Shrunk], rungs: Sequence[Rung]) -> dict[Rung, RungProof]:
    """What converting alone has shown of each rung that was wanted."""
    proofs = {}
    for rung in rungs:
        proof = proofs[rung] = RungProof(rung)
        for name, stage in stages.items():
            if rung in stage.parity:
                proof.parity[name] = stage.parity[rung]
            if rung in stage.forms:
                proof.sizes[name] = len(stage.forms[rung])
                proof.digests[name] = hashlib.sha256(stage.forms[rung]).hexdigest()
            if rung in stage.refused:
                proof.refused = proof.refused or f"{name}: {stage.refused[rung]}"
    return proofs


def leave_out_too_large(proofs: Mapping[Rung, RungProof], limit: int = MOST_BYTES) -> None:
    """Refuse the largest of the rungs that are not required until the rest fit into a bundle."""
    sizes = {rung: sum(proofs[rung].sizes.values()) for rung in standing(proofs)}
    spare = sorted((r for r in sizes if r not in {EXACT, REQUIRED}), key=lambda r: -sizes[r])
    for rung in spare:
        if sum(sizes.values()) <= limit:
            return
        proofs[
            rung
        ].refused = f"with it the bundle would be larger than {limit / 2**20:.0f} MiB of networks"
        del sizes[rung]


def standing(proofs: Mapping[Rung, RungProof]) -> list[Rung]:
    """The rungs that were not refused yet, in the ladder's order."""
    return [rung for rung in LADDER if rung in proofs and proofs[rung].refused is None]


def packed_rungs(proofs: Mapping[Rung, RungProof], split: str) -> tuple[PackedRung, ...]:
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
