"""Training frames with their defects, and the sampling of windows from them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from edge.core.errors import DataError
from edge.core.frame import Pixels
from edge.vision.instances.boxes import clip, with_area
from train.data.runs import bounding_box, column_runs
from train.data.sample import DataSet, Instance, Sample
from train.regions.feed import draw

CACHE_MIB = 4096
"""Memory for decoded frames in MiB; frames beyond it are read again on each use."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A frame and its defects.

    Attributes:
        sample: The frame's image and its labels.
        boxes: Corners in px within the frame, [n, 4] float32; from the mask if there is one.
        classes: Class from 1; 0 is the background, [n] int32.
        masks: Pixels of each defect within its box, [lines, columns] uint8, 0 or 255; None if only
            a box is labelled.
    """

    sample: Sample
    boxes: NDArray[np.float32]
    classes: NDArray[np.int32]
    masks: tuple[Pixels | None, ...]


def make_scene(sample: Sample) -> Scene:
    """The scene of a sample; defects without a pixel in the frame are left out."""
    boxes, classes, masks = [], [], []
    for instance in sample.instances:
        box, mask = _outlined(instance, sample)
        if box is not None:
            boxes.append(box)
            classes.append(instance.class_index + 1)
            masks.append(mask)
    corners = np.array(boxes, np.float32).reshape(-1, 4)
    return Scene(sample, corners, np.array(classes, np.int32), tuple(masks))


def _outlined(instance: Instance, sample: Sample) -> tuple[list[float] | None, Pixels | None]:
    """Corners of an instance and its mask within them; no corners if it has no pixel."""
    mask = instance.mask(sample.height, sample.width)
    if mask is not None:
        assert instance.runs is not None
        if not len(instance.runs):
            return None, None
        x, y, width, height = bounding_box(column_runs(instance.runs, sample.height))
        cut = mask[y : y + height, x : x + width].astype(np.uint8) * np.uint8(255)
        return [x, y, x + width, y + height], cut
    x, y, width, height = instance.box
    corners = np.array([[x, y, x + width, y + height]], np.float32)
    within = clip(corners, sample.height, sample.width)
    return (within[0].tolist(), None) if with_area(within)[0] else (None, None)


def make_scenes(data: DataSet, split: str, limit: int | None = None) -> list[Scene]:
    """The scenes of a split, or ``limit`` evenly spaced ones.

    Raises:
        DataError: The split is empty, or none of its scenes shows a defect.
    """
    samples = data.of(split)
    use = {"train": "train on", "val": "validate on"}.get(split, "evaluate on")
    if not samples:
        raise DataError(
            f"{data.root} has no {split} images to {use}", "Split it with: millsight data split"
        )
    scenes = [make_scene(sample) for sample in spread(samples, limit)]
    if not any(len(scene.boxes) for scene in scenes):
        raise DataError(
            f"no {split} image of {data.root} that is used has a defect with a box or a mask",
            "Check the labels with: millsight data check",
        )
    return scenes


def spread(things: Sequence[_T], limit: int | None) -> list[_T]:
    """At most ``limit`` evenly spaced elements; None: all."""
    if limit is None or limit >= len(things):
        return list(things)
    return [things[i] for i in np.linspace(0, len(things) - 1, limit).round().astype(int)]


class Frames:
    """Decoded frames of samples, cached in memory.

    Args:
        samples: The samples.
        mib: Size of the cache in MiB.
        advance: Called after each prefetched frame.

    Raises:
        ImageError: A frame cannot be read.
    """

    def __init__(
        self,
        samples: Sequence[Sample],
        *,
        mib: float = CACHE_MIB,
        advance: Callable[[], None] = lambda: None,
    ) -> None:
        self._samples = samples
        self._kept: dict[int, Pixels] = {}
        room = mib * 2**20
        for i, sample in enumerate(samples):
            room -= sample.width * sample.height
            if room < 0:
                break
            self._kept[i] = sample.read()
            advance()

    def __getitem__(self, i: int) -> Pixels:
        """Grey pixels [lines, columns] of sample ``i``."""
        kept = self._kept.get(i)
        return self._samples[i].read() if kept is None else kept


@dataclass(frozen=True, slots=True)
class Shares:
    """Sampling of windows.

    Attributes:
        clean: Share of windows from frames without a defect, if there are any.
        balance: Class sampling: 0 natural frequencies, 1 equal; see ``class_shares``.
    """

    clean: float = 0.2
    balance: float = 0.5


Draws = NDArray[np.intp]
"""[n, 2]: a scene, and the defect that its window keeps or -1 for any part of a clean frame."""


def draw_windows(
    scenes: Sequence[Scene], count: int, shares: Shares, rng: np.random.Generator
) -> Draws:
    """Sample the scenes of an epoch's windows, shuffled.

    Frames are drawn by the classes that they show, so that a frame with ten pits is not drawn ten
    times as often as a frame with one scratch.
    """
    shown = [(i, int(c)) for i, scene in enumerate(scenes) for c in np.unique(scene.classes)]
    clean = np.array([i for i, scene in enumerate(scenes) if not len(scene.boxes)], np.intp)
    of_clean = round(shares.clean * count) if len(clean) else 0
    groups = np.array([c for _, c in shown], np.intp)
    draws = np.full((count, 2), -1, np.intp)
    if of_clean:
        draws[:of_clean, 0] = clean[draw(np.zeros(len(clean), np.intp), of_clean, 0.0, rng)]
    for row, chosen in enumerate(draw(groups, count - of_clean, shares.balance, rng), of_clean):
        i, class_index = shown[chosen]
        draws[row] = i, rng.choice(np.flatnonzero(scenes[i].classes == class_index))
    return rng.permutation(draws)
