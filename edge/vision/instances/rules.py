"""Which of the instances that a network suggests count as defects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from edge.vision.instances.found_instance import FoundInstance
from edge.vision.instances.outline import join_touching


@dataclass(frozen=True, slots=True)
class ClassRule:
    """What an instance of one class needs to count; chosen on val.

    Attributes:
        score: Least probability of the class, 0 to 1; asked of every piece.
        min_area_px: Least area in pixels; asked of the whole once touching pieces are joined.
    """

    score: float
    min_area_px: int


def by_rules(
    candidates: Sequence[FoundInstance], rules: Sequence[ClassRule]
) -> list[FoundInstance]:
    """The defects among candidates: likely enough, joined where they touch, and large enough.

    Args:
        candidates: Pieces on one frame; an empty mask is never a defect.
        rules: One a class.
    """
    likely = [piece for piece in candidates if piece.score >= rules[piece.class_index].score]
    return [
        found
        for found in join_touching(likely)
        if found.area_px >= max(1, rules[found.class_index].min_area_px)
    ]
