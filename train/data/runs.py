"""Geometry on run lengths: columns, bounding boxes and connected parts, without drawing a mask."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from edge.core.rle import Runs

ColumnRuns: TypeAlias = NDArray[np.int64]
"""Shape [n, 3]: column, first line, and the line past the last, of runs that stay in one column."""


def column_runs(runs: Runs, height: int) -> ColumnRuns:
    """Cut zero-based runs [n, 2] of an image ``height`` lines high where they cross columns."""
    ordered = runs[np.argsort(runs[:, 0], kind="stable")]
    first, past = ordered[:, 0], ordered.sum(axis=1)
    first_column, last_column = first // height, (past - 1) // height
    pieces = last_column - first_column + 1
    column = np.repeat(first_column, pieces) + _count_within(pieces)
    top = np.maximum(np.repeat(first, pieces), column * height) - column * height
    bottom = np.minimum(np.repeat(past, pieces), (column + 1) * height) - column * height
    return np.stack([column, top, bottom], axis=1)


def from_columns(columns: ColumnRuns, height: int) -> Runs:
    """Zero-based runs [n, 2] of column runs, those that meet at a column's end joined."""
    ordered = columns[np.lexsort((columns[:, 1], columns[:, 0]))]
    first = ordered[:, 0] * height + ordered[:, 1]
    past = ordered[:, 0] * height + ordered[:, 2]
    begins = np.append(True, first[1:] != past[:-1])[: len(first)]
    ends = np.append(begins[1:], True)[: len(first)]
    return np.stack([first[begins], past[ends] - first[begins]], axis=1)


def bounding_box(columns: ColumnRuns) -> tuple[int, int, int, int]:
    """x, y, width and height in pixels of at least one column run."""
    left, right = int(columns[:, 0].min()), int(columns[:, 0].max()) + 1
    top, bottom = int(columns[:, 1].min()), int(columns[:, 2].max())
    return left, top, right - left, bottom - top


def clip(columns: ColumnRuns, box: tuple[int, int, int, int]) -> ColumnRuns:
    """The part of column runs that lies in a box (x, y, width, height), in the image's pixels."""
    x, y, width, height = box
    inside = columns[(columns[:, 0] >= x) & (columns[:, 0] < x + width)].copy()
    inside[:, 1] = np.maximum(inside[:, 1], y)
    inside[:, 2] = np.minimum(inside[:, 2], y + height)
    return inside[inside[:, 1] < inside[:, 2]]


def connected_parts(runs: Runs, height: int) -> list[ColumnRuns]:
    """Connected parts (8 neighbours) of a mask given as runs [n, 2], leftmost first.

    Runs of neighbouring columns touch where they overlap or meet at a corner; both are found by
    bisection, so the cost grows with the number of runs and not with the pixels.
    """
    columns = column_runs(runs, height)
    if not len(columns):
        return []
    # Two lines of padding a column keep corners from touching across a column's end.
    padded = columns[:, :1] * (height + 2) + 1 + columns[:, 1:]
    shift = height + 2
    first_touch = np.searchsorted(padded[:, 1], padded[:, 0] + shift, side="left")
    past_touch = np.searchsorted(padded[:, 0], padded[:, 1] + shift, side="right")
    touches = np.maximum(past_touch - first_touch, 0)
    left = np.repeat(np.arange(len(columns)), touches)
    right = np.repeat(first_touch, touches) + _count_within(touches)
    # Runs of one column that meet end to start are one run, however they were written.
    meets = np.flatnonzero(padded[1:, 0] == padded[:-1, 1])
    left, right = np.append(left, meets), np.append(right, meets + 1)
    links = coo_array((np.ones(len(left), np.int8), (left, right)), shape=(len(columns),) * 2)
    count, part = connected_components(links, directed=False)
    order = np.argsort(part, kind="stable")
    return np.split(columns[order], np.cumsum(np.bincount(part, minlength=count))[:-1])


def area(runs: Runs) -> int:
    """Pixels of a mask given as runs [n, 2]."""
    return int(runs[:, 1].sum())


def _count_within(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """0 … n-1 for each n of ``counts``, one after another."""
    starts = np.cumsum(counts) - counts
    return np.arange(counts.sum()) - np.repeat(starts, counts)
