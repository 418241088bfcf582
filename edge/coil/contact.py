"""Where on the coil a piece of a defect lies, and whether two pieces touch."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from edge.core.geometry import Box
from edge.core.rle import CocoRle, columns_in


@dataclass(frozen=True, slots=True)
class Scale:
    """How large pixels are on the strip, and how close is touching.

    Attributes:
        mm_per_line: Millimetres of strip in one line.
        mm_per_px_across: Millimetres of strip in one column.
        touch_mm: Pieces no farther apart than this touch.
    """

    mm_per_line: float
    mm_per_px_across: float
    touch_mm: float

    @property
    def touch_lines(self) -> int:
        """Lines within touch; at least one."""
        return max(1, round(self.touch_mm / self.mm_per_line))

    @property
    def touch_px(self) -> float:
        """Columns within touch."""
        return self.touch_mm / self.mm_per_px_across


@dataclass(slots=True)
class Contact:
    """What of a piece may touch those of the next frame, or of the one before.

    Attributes:
        box: x, y, width, height in pixels of the frame.
        mask: Its outline in the frame; None where the box is all there is.
        top_mm: Millimetre on the coil of its first line.
        bottom_mm: Millimetre on the coil where it ends.
    """

    box: Box
    mask: CocoRle | None
    top_mm: float
    bottom_mm: float
    _ends: tuple[list[int], list[int]] | None = None

    def touches(self, later: Contact, scale: Scale) -> bool:
        """Whether a piece of a later frame touches this one.

        Boxes decide where neither has a mask, and where the frames show the same strip; else the
        columns of this one's last lines and of the other's first.

        Raises:
            LabelError: A mask's run lengths are damaged.
        """
        left, other_left = self.box[0], later.box[0]
        right, other_right = left + self.box[2], other_left + later.box[2]
        if max(left - other_right, other_left - right) > scale.touch_px:
            return False
        apart_mm = later.top_mm - self.bottom_mm
        if max(apart_mm, self.top_mm - later.bottom_mm) > scale.touch_mm:
            return False
        if apart_mm < -scale.touch_mm or (self.mask is None and later.mask is None):
            return True
        if max(right, other_right) - min(left, other_left) - 2 <= scale.touch_px:
            # Wherever in the boxes the masks lie.
            return True
        return _near(self._columns(scale)[1], later._columns(scale)[0], scale.touch_px)

    def _columns(self, scale: Scale) -> tuple[list[int], list[int]]:
        """Columns of its first lines and of its last, ascending."""
        if self._ends is None:
            x, y, width, height = self.box
            if self.mask is None:
                columns = list(range(x, x + width))
                self._ends = columns, columns
            else:
                bottom = y + height
                bands = (y, y + scale.touch_lines), (max(0, bottom - scale.touch_lines), bottom)
                lines = self.mask["size"][0]
                head, tail = columns_in(self.mask, *((top, min(end, lines)) for top, end in bands))
                self._ends = head, tail
        return self._ends


def _near(columns: list[int], others: list[int], tolerance_px: float) -> bool:
    """Whether any two columns of two ascending lists have at most the tolerance between them."""
    reach = int(tolerance_px) + 1
    for column in columns:
        at = bisect_left(others, column - reach)
        if at < len(others) and others[at] <= column + reach:
            return True
    return False
