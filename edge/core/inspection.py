"""The inspection of a frame: the result that every output receives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.core.class_map import ClassMap
from edge.core.frame import BadFrame, Frame
from edge.core.geometry import Box
from edge.core.redaction import outgoing
from edge.core.rle import CocoRle


class Level(StrEnum):
    """How far a frame was inspected. Under overload, later stages are skipped."""

    FULL = "full"
    """Every stage that the cascade needed has run."""
    CLASSIFIED = "classified"
    """Outlines were needed and skipped."""
    GATED = "gated"
    """The classifier was needed and skipped."""
    UNINSPECTED = "uninspected"
    """There is no gate verdict; ``Inspection.cause`` says why."""


class Cause(StrEnum):
    """Why a piece of strip has no verdict."""

    LATE = "late"
    DROPPED = "dropped"
    UNREADABLE = "unreadable"
    WRONG_SIZE = "wrong size"
    CAMERA_LOST = "camera lost"
    BLACK = "black"
    SATURATED = "saturated"
    FROZEN = "frozen"
    NOT_FINITE = "not finite"
    """A network gave a score that is no finite number."""


_MEASURES = ("area_mm2", "length_mm", "width_mm", "along_mm", "across_mm")

UNCLASSIFIED = "unclassified"
"""Name of the class of defects that no classifier has judged."""


@dataclass(frozen=True, slots=True)
class Defect:
    """One defect on a frame.

    Attributes:
        class_name: Its class; empty if no classifier has judged it.
        score: Confidence in the class, 0 to 1.
        box: x, y, width, height in pixels of the frame.
        mask: Outline in the frame as COCO compressed run lengths; None if it has none.
        area_px: Pixels of the mask. Without a mask, the sum over the defective regions within
            ``box`` of the class map's box, or of the whole region where there is no map.
        area_mm2: Its area in mm². This and the other measures are None if no instance model has
            judged the defect.
        length_mm: Longer side of its minimum-area rotated rectangle, in mm.
        width_mm: Shorter side of that rectangle, in mm.
        along_mm: Position of its first line on the coil, in mm.
        across_mm: Distance from the frame's left border to the defect's left border, in mm.
        class_maps: The class maps of its regions, for pictures; empty if the classifier has none.
            Not in JSON.
    """

    class_name: str
    score: float
    box: Box
    mask: CocoRle | None
    area_px: int
    area_mm2: float | None = None
    length_mm: float | None = None
    width_mm: float | None = None
    along_mm: float | None = None
    across_mm: float | None = None
    class_maps: tuple[ClassMap, ...] = field(default=(), compare=False, repr=False)

    @property
    def label(self) -> str:
        """Its class for people, such as ``class 3``: Severstal's classes are bare numbers."""
        if not self.class_name:
            return UNCLASSIFIED
        return f"class {self.class_name}" if self.class_name.isdecimal() else self.class_name

    def as_json(self) -> dict[str, Any]:
        """Plain values for JSON, with the keys that docs/json.md documents."""
        measures = {name: getattr(self, name) for name in _MEASURES}
        return {
            "class": self.class_name,
            "score": _fraction(self.score),
            "box": list(self.box),
            "mask": self.mask,
            "area_px": self.area_px,
            **{name: None if mm is None else round(mm, 3) for name, mm in measures.items()},
        }


@dataclass(frozen=True, slots=True)
class Inspection:
    """The result for one frame.

    Attributes:
        source: Camera name or file path.
        frame: Frame number.
        level: How far it was inspected.
        cause: Why there is no verdict; None unless the level is ``uninspected``.
        detail: One line about the cause, for people.
        position_mm: Position of line 0 on the coil, in mm.
        length_mm: Millimetres of strip that the frame counts for.
        defective: The verdict at the decision threshold; False without a verdict.
        defect_score: The highest score of its regions, 0 to 1; None without a verdict.
        class_scores: Each class's highest score over the judged regions; empty if the gate found
            the frame clean.
        suspicious: Regions (boxes) that the gate passed on to later stages.
        defects: The defects found.
        stages_ms: Milliseconds spent in each stage.
        at: Time of the last line, in seconds since 1970 (UTC); 0 if unknown.
        coil: Name of the coil; empty if none is known.
        action: The action that the disposition rules demand for its worst defect
            (``edge.coil.disposition``); empty without rules.
        gate_scores: The gate's score of every region, float32 [regions]; None without a verdict.
            Not in JSON.
    """

    source: str
    frame: int
    level: Level
    position_mm: float = 0.0
    length_mm: float = 0.0
    defective: bool = False
    defect_score: float | None = None
    class_scores: Mapping[str, float] = field(default_factory=dict)
    suspicious: tuple[Box, ...] = ()
    defects: tuple[Defect, ...] = ()
    stages_ms: Mapping[str, float] = field(default_factory=dict)
    cause: Cause | None = None
    detail: str = ""
    at: float = 0.0
    coil: str = ""
    action: str = ""
    gate_scores: NDArray[np.float32] | None = field(default=None, compare=False, repr=False)

    def as_json(self) -> dict[str, Any]:
        """Plain values for JSON, with the keys that docs/json.md documents."""
        return {
            "source": self.source,
            "frame": self.frame,
            "time": iso_time(self.at) if self.at else None,
            "coil": self.coil or None,
            "level": self.level.value,
            "cause": self.cause.value if self.cause else None,
            "detail": self.detail or None,
            "position_mm": round(self.position_mm, 3),
            "length_mm": round(self.length_mm, 3),
            "action": self.action or None,
            "defective": None if self.level is Level.UNINSPECTED else self.defective,
            "defect_score": _fraction(self.defect_score),
            "class_scores": {name: _fraction(s) for name, s in self.class_scores.items()},
            "defects": [defect.as_json() for defect in self.defects],
            "stages_ms": {name: round(ms, 3) for name, ms in self.stages_ms.items()},
        }


def uninspected(frame: Frame | BadFrame, cause: Cause, detail: str = "") -> Inspection:
    """The inspection of a frame without a verdict, at the frame's position."""
    return Inspection(
        source=frame.source,
        frame=frame.number,
        level=Level.UNINSPECTED,
        position_mm=frame.position_mm,
        length_mm=frame.length_mm,
        cause=cause,
        detail=outgoing(detail),
        at=frame.at,
    )


def _fraction(score: float | None) -> float | None:
    return None if score is None else round(float(score), 6)


def iso_time(at: float) -> str:
    """Seconds since 1970 as ISO 8601 in UTC, to the millisecond."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
