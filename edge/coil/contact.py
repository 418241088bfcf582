"""Decides whether two pieces of a defect on different frames touch."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from edge.core.geometry import Box
from edge.core.rle import CocoRle, columns_in


@dataclass(frozen=True, slots=True)
class Scale:
    """The size of pixels on the strip, and the tolerance for touching.

    Attributes:
        mm_per_line: Millimetres of strip in one line.
        mm_per_px_across: Millimetres of strip in one column.
        touch_mm: Pieces touch if their distance is at most this.
    """

    mm_per_line: float
    mm_per_px_across: float
    touch_mm: float

    @property
    def touch_lines(self) -> int:
        """The tolerance in lines; at least one."""
        return max(1, round(self.touch_mm / self.mm_per_line))

    @property
    def touch_px(self) -> float:
        """The tolerance in columns."""
        return self.touch_mm / self.mm_per_px_across


@dataclass(slots=True)
class Contact:
    """The shape of a piece for the test whether it touches a piece of another frame.

    Attributes:
        box: x, y, width, height in pixels of the frame.
        mask: Its outline in the frame; None if there is only the box.
        top_mm: Position of its first line on the coil, in mm.
        bottom_mm: Position of its end on the coil, in mm.
    """

    box: Box
    mask: CocoRle | None
    top_mm: float
    bottom_mm: float
    _ends: tuple[list[int], list[int]] | None = None

    def touches(self, later: Contact, scale: Scale) -> bool:
        """Whether a piece of a later frame touches this one.

        The boxes must touch. If a piece has a mask, then also a column of this piece's last lines
        must be near a column of the later piece's first lines. This second test is omitted if the
        frames overlap on the strip.

        With lines and columns of 1 mm and a tolerance of 8 mm: a scratch ends in columns 100 to 109
        at 256 mm, where the next frame begins. The first later piece, from column 112, has a gap of
        2 columns (110 and 111) and touches; the second has one of 30 columns.

            >>> scale = Scale(mm_per_line=1.0, mm_per_px_across=1.0, touch_mm=8.0)
            >>> scratch = Contact((100, 200, 10, 56), None, top_mm=200.0, bottom_mm=256.0)
            >>> later = [Contact((x, 0, 10, 20), None, 256.0, 276.0) for x in (112, 140)]
            >>> [scratch.touches(piece, scale) for piece in later]
            [True, False]

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
            # The masks touch wherever they lie in the boxes.
            return True
        return _near(self._columns(scale)[1], later._columns(scale)[0], scale.touch_px)

    def _columns(self, scale: Scale) -> tuple[list[int], list[int]]:
        """Columns of its first lines and of its last lines, ascending."""
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
    """Whether two columns, one of each ascending list, have a gap of at most ``tolerance_px``."""
    reach = int(tolerance_px) + 1
    for column in columns:
        at = bisect_left(others, column - reach)
        if at < len(others) and others[at] <= column + reach:
            return True
    return False
