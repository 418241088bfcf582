"""The rules that decide which predicted instances are reported as defects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from edge.vision.instances.found_instance import FoundInstance
from edge.vision.instances.outline import join_touching


@dataclass(frozen=True, slots=True)
class ClassRule:
    """The conditions for reporting an instance of one class; chosen on val.

    Attributes:
        score: Lowest probability of the class, 0 to 1; applies to every piece.
        min_area_px: Smallest area in pixels; applies to the whole after touching pieces are joined.
    """

    score: float
    min_area_px: int


def by_rules(
    candidates: Sequence[FoundInstance], rules: Sequence[ClassRule]
) -> list[FoundInstance]:
    """The defects among candidates: drop unlikely pieces, join touching ones, drop small results.

    Args:
        candidates: Pieces on one frame; an empty mask is never a defect.
        rules: One rule per class.
    """
    likely = [piece for piece in candidates if piece.score >= rules[piece.class_index].score]
    return [
        found
        for found in join_touching(likely)
        if found.area_px >= max(1, rules[found.class_index].min_area_px)
    ]
