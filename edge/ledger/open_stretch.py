"""The stretch under the camera: a row that grows from frame to frame."""

from __future__ import annotations

from dataclasses import dataclass

from edge.core.coverage import Gap
from edge.core.inspection import Inspection
from edge.ledger.pending_rows import Row

_JUMP_MM = 1.0
"""By which a frame may begin elsewhere than the last ended, and still lie in one stretch."""


@dataclass(slots=True)
class OpenStretch:
    """Frames at one level that lie one after another; or a gap without any.

    Attributes:
        n: Number of the stretch in the run.
        coil: Number of its coil in the run; None where there is none.
        began: When its first frame was taken, in seconds since 1970 (UTC).
        ended: When its last frame was taken.
        end_mm: Millimetre on the coil where its last frame ends.
    """

    n: int
    coil: int | None
    level: str
    cause: str | None
    gap: bool
    frames: int
    first_frame: int | None
    last_frame: int | None
    position_mm: float
    length_mm: float
    began: float
    ended: float
    end_mm: float

    @classmethod
    def of(cls, n: int, coil: int | None, inspection: Inspection, at: float) -> OpenStretch:
        """The stretch that a frame begins."""
        return cls(
            n,
            coil,
            inspection.level.value,
            inspection.cause and inspection.cause.value,
            False,
            1,
            inspection.frame,
            inspection.frame,
            inspection.position_mm,
            inspection.length_mm,
            at,
            at,
            inspection.position_mm + inspection.length_mm,
        )

    @classmethod
    def of_gap(cls, n: int, coil: int | None, gap: Gap, at: float) -> OpenStretch:
        """The stretch that strip without frames begins."""
        return cls(
            n,
            coil,
            "uninspected",
            gap.cause.value,
            True,
            gap.frames,
            None,
            None,
            gap.position_mm,
            gap.length_mm,
            at,
            at,
            gap.position_mm + gap.length_mm,
        )

    def grow(self, coil: int | None, inspection: Inspection, at: float) -> bool:
        """Take a frame in; False where it does not belong."""
        if (
            self.gap
            or inspection.level != self.level
            or inspection.cause != self.cause
            or coil != self.coil
            or abs(inspection.position_mm - self.end_mm) > _JUMP_MM
            or inspection.frame <= (self.last_frame or 0)
        ):
            return False
        self.frames += 1
        self.last_frame = inspection.frame
        self._lengthen(inspection.position_mm, inspection.length_mm, at)
        return True

    def grow_gap(self, coil: int | None, gap: Gap, at: float) -> bool:
        """Take strip without frames in; False where it does not belong."""
        if (
            not self.gap
            or gap.cause != self.cause
            or coil != self.coil
            or abs(gap.position_mm - self.end_mm) > _JUMP_MM
        ):
            return False
        self.frames += gap.frames
        self._lengthen(gap.position_mm, gap.length_mm, at)
        return True

    def _lengthen(self, position_mm: float, length_mm: float, at: float) -> None:
        self.length_mm += length_mm
        self.end_mm = position_mm + length_mm
        self.ended = at

    def row(self) -> Row:
        """As it stands."""
        return "stretches", (
            self.n,
            self.coil,
            self.level,
            self.cause,
            int(self.gap),
            self.frames,
            self.first_frame,
            self.last_frame,
            self.position_mm,
            self.length_mm,
            self.began,
            self.ended,
        )
