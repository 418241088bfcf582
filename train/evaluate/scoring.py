"""What a cascade says of a data set's items, through the code that runs beside the line."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from edge.cascade import Cascade
from edge.errors import DataError
from edge.frame import Frame
from train.data.sample import DataSet
from train.data.tiles import Tile, label_tiles

NONE = 0
"""Answer of an item that shows no defect; class i of the data set is answer i + 1."""


@dataclass(frozen=True, slots=True)
class Scored:
    """Items with their truth and what the cascade says of each.

    Attributes:
        classes: The data set's classes.
        groups: Near-duplicates share one, [n].
        truth: Which classes each item shows, [n, classes] bool.
        gate: Worst region's gate score, [n], the gate hiding nothing.
        decision: Worst region's decision score, [n], the gate hiding nothing.
        answers: Likeliest of none and the classes, [n]; None where the bundle has no classifier
            or another list of classes.
        verdicts: What ``run`` would say, [n] bool.
    """

    classes: tuple[str, ...]
    groups: NDArray[np.str_]
    truth: NDArray[np.bool_]
    gate: NDArray[np.float32]
    decision: NDArray[np.float32]
    answers: NDArray[np.intp] | None
    verdicts: NDArray[np.bool_]

    @property
    def defective(self) -> NDArray[np.bool_]:
        """Which items show a defect, [n]."""
        return self.truth.any(axis=1)


def items_of(data: DataSet, split: str, tile: tuple[int, int] | None) -> list[Tile]:
    """The items of a split that can be judged: frames, or tiles less the ambiguous ones.

    Raises:
        DataError: The split holds nothing.
        ImageError: A frame is smaller than a tile.
    """
    items = [
        item
        for sample in data.of(split)
        for item in label_tiles(sample, tile)
        if not item.ambiguous
    ]
    if not items:
        known = ", ".join(sorted({s.split for s in data.samples})) or "none"
        raise DataError(f"{data.root} has no split {split!r}", f"It has: {known}")
    return items


def score(
    cascade: Cascade,
    items: Iterable[Tile],
    classes: tuple[str, ...],
    *,
    advance: Callable[[], None] = lambda: None,
) -> Scored:
    """Judge every item, each as a frame of its own.

    Args:
        cascade: What judges.
        items: Frames or tiles of one data set.
        classes: The data set's classes.
        advance: Called after each item.

    Raises:
        ImageError: An image cannot be read.
        DataError: An item has a size that the bundle does not take.
    """
    names = {name: i + 1 for i, name in enumerate(classes)}
    nameable = cascade.classifier is not None and set(classes) <= set(cascade.classes)
    # Classes that the bundle knows and the data set does not can only be wrong answers.
    codes = np.array([NONE, *(names.get(name, len(names) + 1) for name in cascade.classes)])
    gate, decision, answers, verdicts, truth, groups = [], [], [], [], [], []
    for sample, members in groupby(items, key=lambda item: item.sample):
        pixels = sample.read()
        for item in members:
            x, y, w, h = item.box
            cut = np.ascontiguousarray(pixels[y : y + h, x : x + w])
            seen = cascade.inspect(Frame(cut, 0, time.monotonic(), sample.name))
            if seen.cause is not None:
                raise DataError(
                    f"{sample.path} cannot be judged: {seen.detail}",
                    "Cut frames to the bundle's size with --tile WxH",
                )
            judged = cascade.judge(cut)
            verdicts.append(seen.defective)
            gate.append(judged.gate.max())
            decision.append(judged.decision.max())
            if nameable and judged.classes is not None:
                scores = np.concatenate(
                    [[judged.classes.none.min()], judged.classes.classes.max(axis=0)]
                )
                answers.append(codes[int(scores.argmax())])
            truth.append([c in item.classes for c in range(len(classes))])
            groups.append(sample.group)
            advance()
    return Scored(
        classes=classes,
        groups=np.array(groups),
        truth=np.array(truth, dtype=bool).reshape(len(groups), len(classes)),
        gate=np.array(gate, np.float32),
        decision=np.array(decision, np.float32),
        answers=np.array(answers, np.intp) if nameable else None,
        verdicts=np.array(verdicts, bool),
    )
