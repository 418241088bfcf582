"""Batches of augmented windows for the learner, prepared while the network trains.

Every batch has its own random generator, seeded by the seed, the epoch and the batch number.
Workers can therefore cut batches in parallel, and a resumed run sees the same batches.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.vision.instances.anchors import Anchors
from edge.vision.preprocess import as_fractions
from train.augment.tiles import Augmentation, augmented
from train.instances.augment import APPEARANCE, NO_MOVES, Moves, draw_view
from train.instances.plan import InstancesPlan
from train.instances.scenes import Draws, Frames, Scene, Shares, draw_windows
from train.instances.targets import rpn_targets
from train.instances.views import visible_defects

Batch = dict[str, NDArray[Any]]
"""Input of ``train.instances.learner``."""

_MOST_WORKERS = 8
"""Most batches cut in parallel; half of the cores are left to the network."""

MAX_INSTANCES = 32
"""Most defects per window used in training; the largest are kept."""


@dataclass(frozen=True, slots=True)
class WindowFeed:
    """Makes the batches of any epoch.

    Attributes:
        scenes: Training frames and their defects.
        frames: Pixels of the frames.
        anchors: Anchor shapes of the network.
        window: Width and height in px.
        batch: Windows per batch, always the same number.
        count: Windows per epoch, rounded up to whole batches.
        shares: Sampling of windows.
        moves: Geometric augmentation.
        appearance: Augmentation of appearance; None: none.
        seed: Seed of all draws.
        workers: Batches that are cut in parallel.
    """

    scenes: Sequence[Scene]
    frames: Frames
    anchors: Anchors
    window: tuple[int, int]
    batch: int
    count: int
    shares: Shares
    moves: Moves
    appearance: Augmentation | None
    seed: int
    workers: int = 1

    @property
    def steps(self) -> int:
        """Batches per epoch."""
        return -(-self.count // self.batch)

    @property
    def with_masks(self) -> bool:
        """Whether any defect has a mask."""
        return any(mask is not None for scene in self.scenes for mask in scene.masks)

    @property
    def room(self) -> int:
        """Defect slots per window; all batches have the same shape."""
        return min(max(len(scene.boxes) for scene in self.scenes), MAX_INSTANCES)

    def epoch(self, number: int) -> Iterator[Batch]:
        """The batches of an epoch, in order; some are prepared in advance."""
        rng = np.random.default_rng((self.seed, number))
        draws = draw_windows(self.scenes, self.steps * self.batch, self.shares, rng)
        room, with_masks = self.room, self.with_masks
        waiting: deque[Future[Batch]] = deque()
        pool = ThreadPoolExecutor(self.workers)
        try:
            for step, rows in enumerate(np.split(draws, self.steps)):
                own = np.random.default_rng((self.seed, number, step))
                waiting.append(pool.submit(self._cut, rows, own, room, with_masks))
                if len(waiting) > 2 * self.workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)

    def _cut(self, rows: Draws, rng: np.random.Generator, room: int, with_masks: bool) -> Batch:
        width, height = self.window
        n, anchors = len(rows), self.anchors.boxes(height, width)
        images = np.empty((n, height, width), np.uint8)
        batch: Batch = {
            "rpn_labels": np.empty((n, len(anchors)), np.int8),
            "rpn_deltas": np.empty((n, len(anchors), 4), np.float32),
            "boxes": np.zeros((n, room, 4), np.float32),
            "classes": np.zeros((n, room), np.int32),
            "has_mask": np.zeros((n, room), np.float32),
        }
        if with_masks:
            batch["masks"] = np.zeros((n, room, height, width), np.uint8)
        for row, (i, kept) in enumerate(rows):
            scene = self.scenes[i]
            size = (scene.sample.width, scene.sample.height)
            keep = None if kept < 0 else tuple(scene.boxes[kept].tolist())
            view = draw_view(size, self.window, keep, self.moves, rng)
            view.cut(self.frames[i], images[row])
            seen = visible_defects(scene, view, room)
            labels, deltas = rpn_targets(anchors, seen.boxes, rng)
            batch["rpn_labels"][row], batch["rpn_deltas"][row] = labels, deltas
            there = slice(len(seen.boxes))
            batch["boxes"][row, there] = seen.boxes
            batch["classes"][row, there] = seen.classes
            batch["has_mask"][row, there] = seen.has_mask
            if with_masks:
                batch["masks"][row, there] = seen.masks
        if self.appearance is None:
            batch["images"] = as_fractions(images)
        else:
            batch["images"] = augmented(images, rng, self.appearance)
        return batch


def make_window_feed(
    plan: InstancesPlan,
    scenes: list[Scene],
    frames: Frames,
    anchors: Anchors,
    nuisances: tuple[str, ...] = (),
) -> WindowFeed:
    """The training batches of a plan.

    Args:
        plan: The run's choices.
        scenes: Training frames and their defects.
        frames: Pixels of the frames.
        anchors: Anchor shapes of the network.
        nuisances: Nuisances that augmentation may add; see ``DataSet.nuisances``.
    """
    augment = plan.recipe.augment
    return WindowFeed(
        scenes=scenes,
        frames=frames,
        anchors=anchors,
        window=plan.window,
        batch=plan.recipe.batch,
        count=plan.count(scenes),
        shares=Shares(plan.clean, plan.recipe.balance),
        moves=Moves() if augment else NO_MOVES,
        appearance=replace(APPEARANCE, nuisances=nuisances) if augment else None,
        seed=plan.seed,
        workers=max(1, min(_MOST_WORKERS, (os.cpu_count() or 2) // 2)),
    )
