"""Bytes that are repeated where compression leaves none: what a lost block left behind."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

RUN = 32
"""Bytes that are equal in a row, from which on compressed data are doubted."""

_STEP = RUN // 2


def runs(data: NDArray[np.uint8]) -> Iterator[int]:
    """The value of each run of ``RUN`` equal bytes or more; long ones come several times."""
    sparse = data[::_STEP]
    for place in (np.flatnonzero(sparse[1:] == sparse[:-1]) * _STEP).tolist():
        value = int(data[place])
        around = data[max(0, place - _STEP) : place + RUN + _STEP] == value
        if _longest(around) >= RUN:
            yield value


def _longest(equal: NDArray[np.bool_]) -> int:
    breaks = np.flatnonzero(~equal)
    edges = np.concatenate(([-1], breaks, [len(equal)]))
    return int(np.diff(edges).max()) - 1
