"""Chooses the windows of a frame that the network processes: the cheapest cover of the regions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Generic, NamedTuple, TypeVar

from edge.core.geometry import Box

MARGIN = 32
"""Pixels around a suspicious region that are included: defects often extend beyond a region."""

OVERLAP = 64
"""Pixels that neighbouring windows share, so that one of them holds a whole defect at the seam."""

_Span = tuple[int, int]
"""Start and end along one axis, in pixels."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a frame that the network processes at once. It may extend beyond the frame.

    Attributes:
        size_index: Index of its size in the available sizes.
        x: Its first column.
        y: Its first line.
    """

    size_index: int
    x: int
    y: int


class _Row(NamedTuple, Generic[_T]):
    """Parts that lie one after another; tuples compare by cost, so ``min`` finds the cheapest row.

    Attributes:
        area: Area of all windows together, in pixels.
        windows: Number of windows.
        parts: Start and content of each part.
    """

    area: int
    windows: int
    parts: tuple[tuple[int, _T], ...]


def cover(
    width: int, height: int, suspicious: Sequence[Box] | None, sizes: Sequence[tuple[int, int]]
) -> list[Window]:
    """Windows that hold every suspicious region with its margin and have the smallest total area.

    Only covers in bands are considered: windows side by side within a band, and bands one after
    another, across or along the frame. Several overlapping windows cover a region that is larger
    than a window.

    An example: a frame of 1600×256 with windows of 256×256 and 512×256. A region of 200 columns
    from column 400 extends from 368 to 632 with its margin. These 264 columns do not fit in one
    window of 256. One window of 512 has the same area as two overlapping ones of 256; at equal area
    fewer windows win. It is centred on column 500:

    >>> sizes = [(256, 256), (512, 256)]
    >>> cover(1600, 256, [(400, 0, 200, 128)], sizes)
    [Window(size_index=1, x=244, y=0)]

    A region at the border has a margin on one side only, 0 to 232, and fits in 256. Together with a
    distant region that needs 512, the network processes 768 of 1600 columns. The whole frame would
    need four windows of 512:

    >>> cover(1600, 256, [(0, 0, 200, 128), (1000, 128, 200, 128)], sizes)
    [Window(size_index=0, x=0, y=0), Window(size_index=1, x=844, y=0)]
    >>> len(cover(1600, 256, None, [(512, 256)]))
    4

    Args:
        width: Columns of the frame.
        height: Lines of the frame.
        suspicious: x, y, width, height of each region; None for the whole frame.
        sizes: Width and height of the available windows, in pixels.
    """
    regions = None if suspicious is None else tuple(suspicious)
    return list(_cover(width, height, regions, tuple(sizes)))


# Cached, because a line's frames have one size and the same sets of suspicious regions recur.
@lru_cache(maxsize=1024)
def _cover(
    width: int,
    height: int,
    suspicious: tuple[Box, ...] | None,
    sizes: tuple[tuple[int, int], ...],
) -> tuple[Window, ...]:
    frame = (width, height)
    if suspicious is None:
        regions: list[tuple[_Span, ...]] = [((0, width), (0, height))]
    else:
        grown = [_grown(region, frame) for region in suspicious if region[2] and region[3]]
        regions = [spans for spans in grown if all(start < end for start, end in spans)]
    axis, cheapest = 1, _in_bands(regions, frame, sizes, 1)
    if len(cheapest.parts) > 1 or len({size[1] for size in sizes}) > 1:
        across = _in_bands(regions, frame, sizes, 0)
        if across[:2] < cheapest[:2]:
            axis, cheapest = 0, across
    windows = []
    for start, band in cheapest.parts:
        for first, index in band.parts:
            x, y = (first, start) if axis else (start, first)
            windows.append(Window(index, x, y))
    return tuple(windows)


def _grown(region: Box, frame: tuple[int, int]) -> tuple[_Span, ...]:
    return tuple(
        (max(region[axis] - MARGIN, 0), min(region[axis] + region[axis + 2] + MARGIN, frame[axis]))
        for axis in (0, 1)
    )


def _in_bands(
    regions: list[tuple[_Span, ...]],
    frame: tuple[int, int],
    sizes: Sequence[tuple[int, int]],
    axis: int,
) -> _Row[_Row[int]]:
    """The cheapest row of bands on ``axis``; each band is a row of windows on the other axis."""
    other = 1 - axis

    def band(extent: int, start: int, covered: int) -> tuple[int, int, _Row[int]]:
        inside = [r[other] for r in regions if r[axis][0] < start + extent and r[axis][1] > covered]
        fitting = {size[other]: i for i, size in enumerate(sizes) if size[axis] == extent}

        def window(side: int, _start: int, _covered: int) -> tuple[int, int, int]:
            return side * extent, 1, fitting[side]

        row = _cheapest(inside, frame[other], fitting, window)
        return row.area, row.windows, row

    spans = [region[axis] for region in regions]
    return _cheapest(spans, frame[axis], {size[axis] for size in sizes}, band)


def _cheapest(
    spans: list[_Span],
    length: int,
    extents: Collection[int],
    price: Callable[[int, int, int], tuple[int, int, _T]],
) -> _Row[_T]:
    """The cheapest row of parts that holds each span, in one part or in several overlapping ones.

    Some cheapest row has its first part at the start of the first span, and so on for the rest.
    Therefore only the extent of each part must be chosen (dynamic programming over ``rest``).

    Args:
        spans: The spans to hold.
        length: Length of the frame on this axis, in pixels.
        extents: Available lengths of a part, in pixels.
        price: Returns area, number of windows and content of a part from its extent, its start,
            and the position up to which spans are already held.
    """
    distinct = set(spans)

    @cache
    def rest(start_at: int, covered: int) -> _Row[_T]:
        left = [(max(start, start_at), end) for start, end in distinct if end > covered]
        if not left:
            return _Row(0, 0, ())
        rows = []
        for extent in extents:
            start = max(min(min(left)[0], length - extent), 0)
            end = start + extent
            cut = [first for first, last in left if first < end < last]
            again = max(end - min(OVERLAP, extent // 2), min(cut)) if cut else end
            following = rest(again, end)
            area, windows, content = price(extent, start, covered)
            held = max(min(last, end) for first, last in left if first < end)
            centred = max(start - (end - held) // 2, 0) if end <= length else start
            parts = ((centred, content), *following.parts)
            rows.append(_Row(area + following.area, windows + following.windows, parts))
        return min(rows)

    return rest(0, 0)
