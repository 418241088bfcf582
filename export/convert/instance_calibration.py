"""Calibration data of the instance networks: train windows, and box features in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.core.errors import DataError
from edge.vision.engines.base import Engine
from edge.vision.instances.anchors import Anchors
from edge.vision.instances.boxes import Boxes
from edge.vision.instances.proposals import propose
from edge.vision.instances.roialign import roi_align
from edge.vision.instances.window_features import maps_of
from export.convert.calibration import SPLIT
from train.data.sample import DataSet
from train.instances.augment import NO_MOVES, draw_view
from train.instances.feed import MAX_INSTANCES
from train.instances.scenes import Shares, draw_windows, make_scenes
from train.instances.views import visible_defects

COUNT = 64
"""Number of windows; each has as many positions as dozens of regions."""

_SHARES = Shares(clean=0.2, balance=1.0)


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """Windows of frames, at the frames' scale.

    Attributes:
        pictures: [n, height, width] uint8.
        boxes: Corners [k, 4] in px of the visible defects of each window.
    """

    pictures: NDArray[np.uint8]
    boxes: Sequence[Boxes]


def calibration_windows(
    data: DataSet, size: tuple[int, int], *, count: int = COUNT, seed: int = 0
) -> Windows:
    """Windows of train: a fifth clean, the rest with equal shares of the classes.

    Args:
        data: Data set with a train split that shows every class.
        size: Width and height of a window.
        count: Number of windows.
        seed: Seed of the sampling.

    Raises:
        DataError: There is no train split, or it lacks a class.
        ImageError: An image cannot be read.
    """
    scenes = make_scenes(data, SPLIT)
    there = {int(c) for scene in scenes for c in scene.classes}
    lacking = [name for i, name in enumerate(data.classes, start=1) if i not in there]
    if lacking:
        raise DataError(
            f"no {SPLIT} image of {data.root} outlines class {lacking[0]!r}, so int8 cannot be "
            f"calibrated for it",
            "Leave the class out of the data set, or move images of it to train",
        )
    rng = np.random.default_rng(seed)
    pictures = np.empty((count, size[1], size[0]), np.uint8)
    boxes = []
    for row, (i, kept) in enumerate(draw_windows(scenes, count, _SHARES, rng)):
        scene = scenes[i]
        keep = None if kept < 0 else tuple(scene.boxes[kept].tolist())
        view = draw_view((scene.sample.width, scene.sample.height), size, keep, NO_MOVES, rng)
        view.cut(scene.sample.read(), pictures[row])
        boxes.append(visible_defects(scene, view, MAX_INSTANCES).boxes)
    return Windows(pictures, boxes)


def calibration_rois(pyramid: Engine, windows: Windows, anchors: Anchors) -> NDArray[np.float32]:
    """Features [n, 14, 14, channels] of each window's defects and proposals.

    Args:
        pyramid: The float pyramid for windows of that size.
        windows: Windows of train.
        anchors: Anchor shapes of the network.
    """
    height, width = windows.pictures.shape[1:]
    rois = []
    for picture, boxes in zip(windows.pictures, windows.boxes, strict=True):
        maps = maps_of(pyramid.run_tensors(picture[np.newaxis]), anchors, height, width)
        proposals, _ = propose(maps.objectness, maps.deltas, anchors, height, width)
        rois.append(roi_align(maps.features, np.concatenate([boxes, proposals])))
    return np.concatenate(rois)
