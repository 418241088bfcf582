"""Sampling of an epoch's items, and their batches.

The draws depend only on the seed and the epoch's number, so a resumed run sees the same batches as
an uninterrupted one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from edge.core.errors import DataError
from train.augment.tiles import (
    ROUGH,
    Augmentation,
    augmented,
)
from train.networks import TrainingDefaults
from train.regions.items import Items
from train.regions.plan import RegionsPlan
from train.regions.task import Task


def class_shares(groups: NDArray[np.intp], balance: float) -> NDArray[np.float64]:
    """Share of the draws for each group, [groups], summing to one.

    A group with share f of the items gets a share proportional to f^(1 - balance): natural
    frequencies at 0, equal shares at 1.
    """
    counts = np.bincount(groups).astype(np.float64)
    shares = np.zeros(len(counts))
    shares[counts > 0] = counts[counts > 0] ** (1 - balance)
    shares /= shares.sum()
    return shares


def draw(
    groups: NDArray[np.intp], count: int, balance: float, rng: np.random.Generator
) -> NDArray[np.intp]:
    """Rows of one epoch's items, [count], shuffled.

    Within a group every item is drawn once before any is drawn again.
    """
    if balance == 0.0 and count == len(groups):
        return rng.permutation(len(groups))
    ends = np.round(np.cumsum(class_shares(groups, balance)) * count).astype(int)
    rows = []
    for group, wanted in enumerate(np.diff(ends, prepend=0)):
        members = np.flatnonzero(groups == group)
        rounds = -(-wanted // max(len(members), 1))
        rows.append(
            np.concatenate([rng.permutation(members) for _ in range(rounds)] or [members])[:wanted]
        )
    return rng.permutation(np.concatenate(rows))


@dataclass(frozen=True, slots=True)
class RegionFeed:
    """Makes the batches of any epoch.

    Attributes:
        items: The training items.
        targets: Target outputs, [n, outputs], float32.
        groups: Groups that ``balance`` evens out, [n].
        batch: Items per batch; the last batch of an epoch may be smaller.
        count: Items per epoch.
        balance: See ``class_shares``.
        seed: Seed of all draws.
        augmentation: The augmentation; None: none.
    """

    items: Items
    targets: NDArray[np.float32]
    groups: NDArray[np.intp]
    batch: int
    count: int
    balance: float
    seed: int
    augmentation: Augmentation | None

    @property
    def steps(self) -> int:
        """Batches per epoch."""
        return -(-self.count // self.batch)

    def epoch(self, number: int) -> Iterator[tuple[NDArray[np.float32], NDArray[np.float32]]]:
        """Network inputs [n, h, w, 1] and targets [n, outputs] of each batch of an epoch."""
        rng = np.random.default_rng((self.seed, number))
        rows = draw(self.groups, self.count, self.balance, rng)
        for start in range(0, self.count, self.batch):
            some = rows[start : start + self.batch]
            if self.augmentation is None:
                inputs = self.items.network_inputs(some)
            else:
                inputs = augmented(self.items.images[some], rng, self.augmentation)
            yield inputs, self.targets[some]


def make_region_feed(
    plan: RegionsPlan, task: Task, items: Items, nuisances: tuple[str, ...] = ()
) -> RegionFeed:
    """The training batches of a plan.

    Args:
        plan: The run's choices.
        task: The classification task.
        items: The training items.
        nuisances: Nuisances that augmentation may add; see ``DataSet.nuisances``.

    Raises:
        DataError: All training items have the same label.
    """
    targets = task.targets(items.labels)
    if len(np.unique(targets, axis=0)) < 2:
        raise DataError(
            "all training items have the same label, so there is nothing to learn",
            "Check the labels with: millsight data check",
        )
    groups = targets.argmax(axis=1) if task.name == "binary" else task.groups(items.labels)
    return RegionFeed(
        items=items,
        targets=targets,
        groups=groups,
        batch=plan.recipe.batch,
        count=plan.items_per_epoch or len(items),
        balance=plan.recipe.balance,
        seed=plan.seed,
        augmentation=_augmentation(plan.recipe, nuisances),
    )


def _augmentation(recipe: TrainingDefaults, nuisances: tuple[str, ...]) -> Augmentation | None:
    if not recipe.augment:
        return None
    return replace(ROUGH if recipe.rough else Augmentation(), nuisances=nuisances)
