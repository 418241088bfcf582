"""Joins touching regions of one class into one defect."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edge.core.class_map import ClassMap
from edge.core.geometry import Box
from edge.core.inspection import Defect


@dataclass(frozen=True, slots=True)
class DefectiveRegion:
    """A region that was judged defective.

    Attributes:
        region: x, y, width, height in pixels of the frame.
        score: Confidence in its class, 0 to 1.
        class_map: Its class activation map; None if the classifier has no maps.
    """

    region: Box
    score: float
    class_map: ClassMap | None = None

    @property
    def box(self) -> Box:
        """Bounding box of the defect: the class map's box, or the whole region without a map."""
        return self.class_map.box if self.class_map else self.region


def join_touching(name: str, found: list[DefectiveRegion]) -> list[Defect]:
    """One defect for each set of regions that touch along a side; its score is their highest.

    The regions must touch, not the boxes in them: a scratch across two regions is one defect even
    if its boxes end before the border.

        >>> parts = [DefectiveRegion((x, 0, 10, 10), score) for x, score in
        ...          [(0, 0.6), (10, 0.9), (40, 0.7)]]
        >>> [(defect.box, defect.score) for defect in join_touching("scratch", parts)]
        [((0, 0, 20, 10), 0.9), ((40, 0, 10, 10), 0.7)]

    Args:
        name: Class of all the regions.
        found: The regions.
    """
    labels = np.arange(len(found))
    for i, a in enumerate(found):
        for j, b in enumerate(found[:i]):
            if _touch(a.region, b.region):
                labels[labels == labels[i]] = labels[j]
    defects = []
    for label in dict.fromkeys(labels.tolist()):
        members = [found[i] for i in np.flatnonzero(labels == label)]
        boxes = [member.box for member in members]
        defects.append(
            Defect(
                class_name=name,
                score=max(member.score for member in members),
                box=bounding(boxes),
                mask=None,
                area_px=sum(w * h for _, _, w, h in boxes),
                class_maps=tuple(member.class_map for member in members if member.class_map),
            )
        )
    return defects


def bounding(boxes: list[Box]) -> Box:
    """The smallest box that holds all of ``boxes``."""
    corners = np.array([(x, y, x + w, y + h) for x, y, w, h in boxes])
    left, top = corners[:, :2].min(axis=0)
    right, bottom = corners[:, 2:].max(axis=0)
    return int(left), int(top), int(right - left), int(bottom - top)


def shared(a: Box, b: Box) -> tuple[int, int]:
    """Overlap of two boxes in pixels, across and along; a negative value is their distance."""
    across = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    along = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return across, along


def _touch(a: Box, b: Box) -> bool:
    across, along = shared(a, b)
    return across >= 0 and along >= 0 and across + along > 0
