"""Where the words beside a defect stand, so that they hide neither it nor one another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2

from edge.core.geometry import Box
from edge.core.redaction import outgoing_ascii

_FONT, _SIZE, _THICK = cv2.FONT_HERSHEY_SIMPLEX, 0.8, 2
_GAP = 6
"""Pixels between a defect and its label: the defect's line runs there."""


class LabelLayout:
    """Writes labels into one picture.

    Args:
        picture: Written into, [lines, columns, 3] BGR.
        defects: Boxes in the picture that no label should hide.
    """

    def __init__(self, picture: cv2.typing.MatLike, defects: Sequence[Box]) -> None:
        self._picture = picture
        self._defects = defects
        self._written: list[Box] = []

    def write(
        self, text: str, box: Box, ink: tuple[int, int, int], *, within: bool = False
    ) -> None:
        """Write above a box, or where less is hidden: below it, beside it.

        Args:
            text: One line; what the font lacks is escaped.
            box: Of the defect, in the picture.
            ink: BGR.
            within: Whether it may stand in the box: that of a region, of which little is defective.
        """
        text = outgoing_ascii(text)
        (width, height), base = cv2.getTextSize(text, _FONT, _SIZE, _THICK)
        size = width + 8, height + base + 6
        others = [defect for defect in self._defects if defect != box]
        own = [] if within else [box]

        def cost(place: Box) -> tuple[int, int]:
            held = self._held(place)
            hidden = sum(_shared(held, defect) for defect in others)
            hidden += 3 * sum(_shared(held, defect) for defect in own)
            hidden += 10 * sum(_shared(held, label) for label in self._written)
            return hidden, abs(held[0] - place[0]) + abs(held[1] - place[1])

        best = self._held(min(_places(box, size, within), key=cost))
        self._written.append(best)
        x, y = best[:2]
        cv2.rectangle(self._picture, (x, y), (x + size[0], y + size[1]), (0, 0, 0), -1)
        corner = (x + 4, y + height + 4)
        cv2.putText(self._picture, text, corner, _FONT, _SIZE, ink, _THICK, cv2.LINE_AA)

    def _held(self, place: Box) -> Box:
        """A place moved into the picture."""
        x, y, width, height = place
        lines, columns = self._picture.shape[:2]
        return max(0, min(x, columns - width)), max(0, min(y, lines - height)), width, height


def _places(box: Box, size: tuple[int, int], within: bool) -> Iterator[Box]:
    """Where a label of that size may stand, the best first."""
    x, y, w, h = box
    yield x, y - size[1] - _GAP, *size
    if within:
        yield x, y + 4, *size
    yield x, y + h + _GAP, *size
    yield x + w + _GAP, y, *size
    yield x - size[0] - _GAP, y, *size


def _shared(a: Box, b: Box) -> int:
    across = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    along = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return max(across, 0) * max(along, 0)
