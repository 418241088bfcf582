"""Regions of one class that touch are one defect."""

from __future__ import annotations

import numpy as np

from edge.inspection import Defect
from edge.preprocess import Box


def join_touching(name: str, regions: list[tuple[Box, float]]) -> list[Defect]:
    """One defect for each set of regions that touch along a side, with the best of their scores.

    Args:
        name: Class of all the regions.
        regions: Boxes in pixels of the frame with their scores, 0 to 1.
    """
    labels = np.arange(len(regions))
    for i, (a, _) in enumerate(regions):
        for j, (b, _) in enumerate(regions[:i]):
            if _touch(a, b):
                labels[labels == labels[i]] = labels[j]
    defects = []
    for label in dict.fromkeys(labels.tolist()):
        members = [regions[i] for i in np.flatnonzero(labels == label)]
        corners = np.array([(x, y, x + w, y + h) for (x, y, w, h), _ in members])
        left, top = corners[:, :2].min(axis=0)
        right, bottom = corners[:, 2:].max(axis=0)
        defects.append(
            Defect(
                class_name=name,
                score=max(score for _, score in members),
                box=(int(left), int(top), int(right - left), int(bottom - top)),
                mask=None,
                area_px=sum(w * h for (_, _, w, h), _ in members),
            )
        )
    return defects


def _touch(a: Box, b: Box) -> bool:
    across = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    along = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return across >= 0 and along >= 0 and across + along > 0
