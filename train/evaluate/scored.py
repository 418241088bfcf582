"""A cascade's scores of labelled items, and the definition of a right answer.

``millsight evaluate``, the export's comparison and the manifest share this definition: an item's
answer is the most probable of none and the classes; it is right if the item shows that class, or,
for none, no defect. Recall and precision of a class count *predictions*: the answer, or, for a
multilabel classifier, every class with a score of at least one half.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from train.data.tiles import Tile

NONE = 0
"""Answer for an item without a defect; class i of the data set is answer i + 1."""


@dataclass(frozen=True, slots=True)
class Scored:
    """Labelled items and a cascade's scores of their worst regions; the gate hides none.

    Attributes:
        classes: The data set's classes.
        groups: Group of near-duplicates of each item, [n].
        truth: Classes that each item shows, [n, classes] bool.
        gate: The gate's probability of a defect, [n].
        decision: Score that is compared with the decision threshold, [n].
        none: The classifier's probability of none, [n]; None if the bundle has no classifier, or
            the classifier lacks a class of the data set.
        class_scores: Probability of each class, [n, classes or more], or None likewise. Classes
            that the data set lacks come last and are always wrong.
        multilabel: Whether the classifier can predict several classes for an item.
        verdicts: Whether the cascade calls each item defective, [n] bool.
        untempered: The same items with scores at temperature 1; None if that changes nothing.
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
        """Items that show a defect, [n]."""
        return np.asarray(self.truth.any(axis=1), np.bool_)

    @property
    def present(self) -> NDArray[np.bool_]:
        """Whether each item shows none, and each class, [n, 1 + classes]."""
        return np.column_stack([~self.defective, self.truth])

    @property
    def answers(self) -> NDArray[np.intp] | None:
        """The most probable of none and the classes, [n]; a class wins a tie with none.

        None without a classifier for these classes.
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
        """Whether each item shows its answer, [n]; None likewise."""
        answers = self.answers
        if answers is None:
            return None
        known = answers <= len(self.classes)
        return known & self.present[np.arange(len(self)), np.where(known, answers, NONE)]

    @property
    def predicted(self) -> NDArray[np.bool_] | None:
        """Whether none, and each class of the data set, is predicted, [n, 1 + classes]."""
        answers = self.answers
        if answers is None or self.class_scores is None:
            return None
        if self.multilabel:
            at_least_half = self.class_scores >= np.float32(0.5)
            chosen = at_least_half[:, : len(self.classes)]
            return np.column_stack([~at_least_half.any(axis=1), chosen])
        return answers[:, np.newaxis] == np.arange(1 + len(self.classes))

    def take(self, chosen: NDArray[np.bool_]) -> Scored:
        """The items selected by a mask [n] bool."""
        arrays = {
            name: value[chosen]
            for name in ("groups", "truth", "gate", "decision", "none", "class_scores", "verdicts")
            if (value := getattr(self, name)) is not None
        }
        plain = self.untempered
        return replace(self, **arrays, untempered=plain and plain.take(chosen))


def by_frame(scored: Scored, tiles: Sequence[Tile]) -> Scored:
    """Scores of frames, each by its worst tile, from the scores of all their tiles.

    If tiles are the cascade's regions, the result equals scoring the frames, because a tile gives
    the same network input as the region of its frame.

    Args:
        scored: Scores of the tiles, including ambiguous ones, which count beside the line too.
        tiles: The tiles in the same order, grouped by frame.
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
