"""A defect that may continue on the next frame."""

from __future__ import annotations

from dataclasses import dataclass

from edge.coil.contact import Contact, Scale
from edge.core.coil_defect import CoilDefect, Piece
from edge.core.inspection import Defect, Inspection

MAX_PIECES = 32
"""Most pieces that a defect keeps: the first half and the last half."""


@dataclass(frozen=True, slots=True)
class PlacedPiece:
    """A piece with its place on the coil.

    Attributes:
        piece: The piece.
        class_name: Its class.
        start_mm: Position of its first line on the coil, in mm.
        end_mm: Position of its end on the coil, in mm.
        left_mm: Distance from the frame's left border to its left border, in mm.
        right_mm: Distance from the frame's left border to its right border, in mm.
        area_mm2: Area of its mask, or of its boxes, in mm².
        at: Time of its frame, in seconds since 1970 (UTC).
        contacts: Shapes for the test whether it touches other pieces: the mask, the box, or whole
            regions. Regions, because a class map's box may end before the frame's border although
            the defect does not.
    """

    piece: Piece
    class_name: str
    start_mm: float
    end_mm: float
    left_mm: float
    right_mm: float
    area_mm2: float
    at: float
    contacts: tuple[Contact, ...]


def place(
    defect: Defect, inspection: Inspection, scale: Scale, lines: int | None = None
) -> PlacedPiece:
    """Compute the place of a frame's defect on the coil.

    Args:
        defect: The defect.
        inspection: The inspection of its frame.
        scale: Size of the pixels.
        lines: Lines of the frame. A defect at the last line extends to the beginning of the next
            frame, even if that is slightly more strip than the lines show. None omits this.
    """
    position, per_line = inspection.position_mm, scale.mm_per_line
    x, y, width, height = defect.box

    def contact(box: tuple[int, int, int, int]) -> Contact:
        bottom = box[1] + box[3]
        end_mm = position + bottom * per_line
        if lines is not None and bottom + scale.touch_lines >= lines:
            end_mm = max(end_mm, position + inspection.length_mm)
        return Contact(box, defect.mask, position + box[1] * per_line, end_mm)

    regions = (
        [] if defect.mask is not None else [class_map.region for class_map in defect.class_maps]
    )
    return PlacedPiece(
        piece=Piece(inspection.frame, inspection.source, defect.box, defect.mask, defect.score),
        class_name=defect.class_name,
        start_mm=position + y * per_line,
        end_mm=position + (y + height) * per_line,
        left_mm=x * scale.mm_per_px_across,
        right_mm=(x + width) * scale.mm_per_px_across,
        area_mm2=defect.area_px * per_line * scale.mm_per_px_across,
        at=inspection.at,
        contacts=tuple(contact(box) for box in regions or [defect.box]),
    )


class Track:
    """A defect from its first piece to its last.

    Args:
        first: Its first piece.
    """

    def __init__(self, first: PlacedPiece) -> None:
        self.class_name = first.class_name
        self.start_mm, self.end_mm = first.start_mm, first.end_mm
        self.left_mm, self.right_mm = first.left_mm, first.right_mm
        self.area_mm2 = first.area_mm2
        self._score = first.piece.score
        self._pieces = [first.piece]
        self._at = first.at
        self._known_to_mm = first.start_mm
        self._contacts: list[Contact] = []
        self._fresh = list(first.contacts)

    @property
    def length_mm(self) -> float:
        """Its extent along the strip so far, in mm."""
        return self.end_mm - self.start_mm

    @property
    def width_mm(self) -> float:
        """Its extent across the strip so far, in mm."""
        return self.right_mm - self.left_mm

    def touches(self, later: PlacedPiece, scale: Scale) -> bool:
        """Whether a piece of the current frame touches pieces of earlier frames."""
        if later.class_name != self.class_name:
            return False
        return any(
            mine.touches(other, scale) for mine in self._contacts for other in later.contacts
        )

    def join(self, later: PlacedPiece) -> None:
        """Add a piece. Only its part on new strip adds to the area."""
        shown = later.end_mm - later.start_mm
        new = later.end_mm - max(later.start_mm, self._known_to_mm)
        self._fresh.extend(later.contacts)
        self._score = max(self._score, later.piece.score)
        self._bound(later.start_mm, later.end_mm, later.left_mm, later.right_mm)
        if shown > 0 and new > 0:
            self.area_mm2 += later.area_mm2 * new / shown
            self._keep([*self._pieces, later.piece])

    def absorb(self, other: Track) -> None:
        """Merge with another track, because a piece touches both."""
        self.area_mm2 += other.area_mm2
        self._score = max(self._score, other._score)
        self._at = min(self._at, other._at)
        self._known_to_mm = max(self._known_to_mm, other._known_to_mm)
        self._contacts += other._contacts
        self._fresh += other._fresh
        self._bound(other.start_mm, other.end_mm, other.left_mm, other.right_mm)
        self._keep(sorted(self._pieces + other._pieces, key=lambda piece: piece.frame))

    def end_frame(self, seen_to_mm: float, scale: Scale) -> bool:
        """End the current frame; return whether the defect may continue on the next one.

        It may if it reaches the end of the strip seen so far.
        """
        reach_mm = seen_to_mm - scale.touch_mm
        fresh, before = (
            [contact for contact in contacts if contact.bottom_mm >= reach_mm]
            for contacts in (self._fresh, self._contacts)
        )
        self._contacts = fresh or before
        self._fresh = []
        self._known_to_mm = self.end_mm
        return bool(self._contacts)

    def to_defect(self, coil: str, number: int, action: str) -> CoilDefect:
        """The defect with its current extent."""
        return CoilDefect(
            coil=coil,
            number=number,
            class_name=self.class_name,
            score=self._score,
            along_mm=self.start_mm,
            length_mm=self.length_mm,
            across_mm=self.left_mm,
            width_mm=self.width_mm,
            area_mm2=self.area_mm2,
            first_frame=self._pieces[0].frame,
            last_frame=self._pieces[-1].frame,
            pieces=tuple(self._pieces),
            at=self._at,
            action=action,
        )

    def _bound(self, start_mm: float, end_mm: float, left_mm: float, right_mm: float) -> None:
        self.start_mm, self.end_mm = min(self.start_mm, start_mm), max(self.end_mm, end_mm)
        self.left_mm, self.right_mm = min(self.left_mm, left_mm), max(self.right_mm, right_mm)

    def _keep(self, pieces: list[Piece]) -> None:
        half = MAX_PIECES // 2
        self._pieces = pieces if len(pieces) <= MAX_PIECES else pieces[:half] + pieces[-half:]
