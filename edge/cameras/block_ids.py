"""Frame numbers out of a GigE Vision camera's block ids, which roll over."""

from __future__ import annotations

_RANGE = 1 << 16
"""A block id of GigE Vision 1.x has 16 bits, and 0 is not one: after 65535 comes 1 (GVSP)."""


class BlockIds:
    """Makes frame numbers, from 0, of block ids: a jump tells of lost frames.

    Ids of 64 bits (GigE Vision 2, USB3 Vision) do not come to their end. An id that falls far back
    means that the camera began to count anew; how many frames that cost is not known.
    """

    def __init__(self) -> None:
        self._known: tuple[int, int] | None = None
        self._number = -1

    def number(self, block_id: int | None) -> int:
        """The number of the frame with this id; None is one whose id cannot be trusted."""
        number = self._number + 1
        if block_id is not None:
            if self._known is not None:
                last, its_number = self._known
                number = max(number, its_number + _step(last, block_id))
            self._known = (block_id, number)
        self._number = number
        return number


def _step(last: int, block_id: int) -> int:
    """How many ids ``block_id`` comes after ``last``; 0 where it begins anew."""
    step = block_id - last
    if step < 0 and last < _RANGE:
        # A camera that does give 0 rolls over a step later.
        step += _RANGE - (block_id > 0)
    return step if step > 0 and (block_id > last or step < _RANGE // 2) else 0
