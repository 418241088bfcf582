"""Pictures with captions, laid out on one sheet."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from edge.core.redaction import outgoing_ascii
from train.data.drawn import Picture

PAGE_WIDTH = 1600
"""Columns in pixels of a sheet."""

LEAST_WIDTH = 260
"""Columns in pixels that a caption needs, where the picture is narrower."""

GAP, CAPTION = 8, 22
_LIGHT, _DARK = 255, 40


def captioned(picture: Picture, text: str) -> Picture:
    """The picture with a line of text above it."""
    room = max(0, LEAST_WIDTH - picture.shape[1])
    picture = np.pad(picture, ((0, 0), (0, room), (0, 0)), constant_values=_LIGHT)
    caption = np.full((CAPTION, picture.shape[1], 3), _LIGHT, np.uint8)
    where, font = (2, CAPTION - 7), cv2.FONT_HERSHEY_SIMPLEX
    cv2.putText(caption, outgoing_ascii(text), where, font, 0.45, (_DARK,) * 3, 1, cv2.LINE_AA)
    return np.vstack([caption, picture])


def sheet(cells: Sequence[Picture]) -> Picture:
    """Cells side by side as far as they fit, rows below one another."""
    rows: list[list[Picture]] = [[]]
    for cell in cells:
        used = sum(c.shape[1] + GAP for c in rows[-1])
        if rows[-1] and used + cell.shape[1] > PAGE_WIDTH:
            rows.append([])
        rows[-1].append(cell)
    heights = [max(c.shape[0] for c in row) for row in rows]
    width = max(sum(c.shape[1] + GAP for c in row) - GAP for row in rows)
    whole = np.full((sum(heights) + GAP * len(rows), width, 3), _LIGHT, np.uint8)
    top = 0
    for row, height in zip(rows, heights, strict=True):
        left = 0
        for cell in row:
            whole[top : top + cell.shape[0], left : left + cell.shape[1]] = cell
            left += cell.shape[1] + GAP
        top += height + GAP
    return whole
