"""What a cascade said of items whose truth is known, and what counts as right.

There is one definition, for ``millsight evaluate``, for the export's comparison and for the
manifest: an item's answer is the likeliest of none and the classes, and it is right where the item
shows that class, or nothing. A class's recall and precision count what was *predicted*: the answer,
or in a multilabel classifier, which may predict several, each score of one half and more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from train.data.tiles import Tile

NONE = 0
"""Answer of an item that shows no defect; class i of the data set is answer i + 1."""


@dataclass(frozen=True, slots=True)
class Scored:
    """Items with their truth and a cascade's scores of their worst regions, the gate hiding none.

    Attributes:
        classes: The data set's classes.
        groups: Near-duplicates share one, [n].
        truth: Which classes each item shows, [n, classes] bool.
        gate: The gate's probability of a defect, [n].
        decision: What is held against the decision threshold, [n].
        none: The classifier's probability of none, [n]; None where the bundle has no classifier, or
            one that lacks a class of the data set.
        class_scores: Its probability of each class, [n, classes or more], or None likewise. Classes
            that only the bundle knows come last and can only be wrong.
        multilabel: Whether the classifier may say several classes of one item.
        verdicts: Whether the cascade calls each item defective, [n] bool.
        untempered: The same items with scores at temperature 1; None where that changes none.
    """

    classes: tuple[str, ...]
    groups: NDArray[np.str_]
    truth: NDArray[np.bool_]
    gate: NDArray[np.float32]
    decision: NDArray[np.float32]
    none: NDArray[np.float32] | None
    class_scores: NDArray[np.float32] | None
    multilabel: bool
    verdicts: NDArray[np.bool_]
    untempered: Scored | None = None

    def __len__(self) -> int:
        return len(self.gate)

    @property
    def defective(self) -> NDArray[np.bool_]:
        """Which items show a defect, [n]."""
        return np.asarray(self.truth.any(axis=1), np.bool_)

    @property
    def present(self) -> NDArray[np.bool_]:
        """Whether each item shows none, and each class, [n, 1 + classes]."""
        return np.column_stack([~self.defective, self.truth])

    @property
    def answers(self) -> NDArray[np.intp] | None:
        """The likeliest of none and the classes, [n]; of equally likely ones, the class.

        None where there is no classifier for these classes.
        """
        if self.none is None or self.class_scores is None:
            return None
        likeliest = self.class_scores.argmax(axis=1) + 1
        return np.where(self.none > self.class_scores.max(axis=1), NONE, likeliest)

    @property
    def confidence(self) -> NDArray[np.float32] | None:
        """Score of each answer, [n]; None likewise."""
        if self.none is None or self.class_scores is None:
            return None
        return np.maximum(self.none, self.class_scores.max(axis=1))

    @property
    def right(self) -> NDArray[np.bool_] | None:
        """Whether each answer is one of what the item shows, [n]; None likewise."""
        answers = self.answers
        if answers is None:
            return None
        known = answers <= len(self.classes)
        return known & self.present[np.arange(len(self)), np.where(known, answers, NONE)]

    @property
    def predicted(self) -> NDArray[np.bool_] | None:
        """Whether none, and each class of the data set, is said of each item, [n, 1 + classes]."""
        answers = self.answers
        if answers is None or self.class_scores is None:
            return None
        if self.multilabel:
            at_least_half = self.class_scores >= np.float32(0.5)
            chosen = at_least_half[:, : len(self.classes)]
            return np.column_stack([~at_least_half.any(axis=1), chosen])
        return answers[:, np.newaxis] == np.arange(1 + len(self.classes))

    def take(self, chosen: NDArray[np.bool_]) -> Scored:
        """Some of the items, by [n] bool."""
        arrays = {
            name: value[chosen]
            for name in ("groups", "truth", "gate", "decision", "none", "class_scores", "verdicts")
            if (value := getattr(self, name)) is not None
        }
        plain = self.untempered
        return replace(self, **arrays, untempered=plain and plain.take(chosen))


def by_frame(scored: Scored, tiles: Sequence[Tile]) -> Scored:
    """Frames, each by its worst tile, from all tiles of each frame one after the other.

    It is what scoring the frames would give where the tiles are the cascade's regions, because a
    tile by itself is the same network input as its region of the frame.

    Args:
        scored: Of the tiles, ambiguous ones too: beside the line they are judged like any other.
        tiles: Which they are, in the same order.
    """
    frames = [(sample, len(list(members))) for sample, members in groupby(tiles, _sample)]
    first = np.cumsum([0, *(count for _, count in frames[:-1])])

    def highest(values: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.maximum.reduceat(values, first, axis=0)

    truth = [[c in s.class_indices for c in range(len(scored.classes))] for s, _ in frames]
    return replace(
        scored,
        groups=scored.groups[first],
        truth=np.array(truth, np.bool_),
        gate=highest(scored.gate),
        decision=highest(scored.decision),
        none=None if scored.none is None else np.minimum.reduceat(scored.none, first),
        class_scores=None if scored.class_scores is None else highest(scored.class_scores),
        verdicts=np.logical_or.reduceat(scored.verdicts, first),
        untempered=scored.untempered and by_frame(scored.untempered, tiles),
    )


def _sample(tile: Tile) -> object:
    return tile.sample
