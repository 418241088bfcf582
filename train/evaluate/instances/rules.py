"""Choice of each class's instance rule on val: minimum score and minimum area.

Both are chosen together, because pieces are joined before their area is compared. The objective is
2 · right ÷ (predicted + labelled), summed over all frames: for defects this is F1, for pixels the
Dice of the class's total area. The mean of Dice over frames is not used: it weighs an empty frame
like a defect, so for a rare class predicting nothing would be best.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edge.vision.instances.found_instance import FoundInstance
from edge.vision.instances.rules import ClassRule, by_rules
from train.data.sample import Sample
from train.data.tiles import Tile
from train.evaluate.instances.detections import overlapping
from train.evaluate.instances.pixels import drawn_labels
from train.evaluate.instances.truth import LabelledFrame, classes_present, labelled_frames

SCORES = tuple(float(score) for score in np.arange(5, 100, 5) / 100)
AREAS = (0, 16, 32, 64, 128, 256, 512, 1024, 2048)
"""In pixels."""

UNJUDGED = ClassRule(0.5, 0)
"""Rule of a class that val does not show, or for which no prediction is right."""

DEFECTS, PIXELS = "defects", "pixels"


def choose_rules(
    found: Sequence[Sequence[FoundInstance]],
    samples: Sequence[Sample | Tile],
    classes: int,
    *,
    count: str = DEFECTS,
) -> tuple[ClassRule, ...]:
    """The best rule of each class; ties go to the lowest score, then to the smallest area.

    Args:
        found: Candidates on each sample of val.
        samples: The samples, or tiles, in the same order.
        classes: Number of classes.
        count: ``DEFECTS``: F1 of boxes at IoU 0.5; ``PIXELS``: Dice, which needs masks.
    """
    frames = labelled_frames(samples)
    totals = np.zeros((classes, len(SCORES), len(AREAS), 3), np.int64)
    for some, frame in zip(found, frames, strict=True):
        for index in classes_present(some, frame):
            if index < classes:
                mine = [thing for thing in some if thing.class_index == index]
                totals[index] += _tallies(mine, frame, index, count)
    return tuple(_best(total) for total in totals)


def _best(totals: NDArray[np.int64]) -> ClassRule:
    right, said, labelled = np.moveaxis(totals, -1, 0)
    worth = 2 * right / np.maximum(said + labelled, 1)
    score, area = np.unravel_index(int(worth.argmax()), worth.shape)
    return ClassRule(SCORES[score], AREAS[area]) if worth.any() else UNJUDGED


def _tallies(
    found: Sequence[FoundInstance], frame: LabelledFrame, index: int, count: str
) -> NDArray[np.int64]:
    """Counts of right, predicted and labelled of one class on one frame, [scores, areas, 3]."""
    tallies = np.zeros((len(SCORES), len(AREAS), 3), np.int64)
    tally = _PixelTally(frame, index) if count == PIXELS else _DefectTally(frame, index)
    before = -1
    for row, score in enumerate(SCORES):
        likely = [thing for thing in found if thing.score >= score]
        if len(likely) == before:
            tallies[row] = tallies[row - 1]
            continue
        before = len(likely)
        tallies[row] = tally(by_rules(likely, [ClassRule(score, 0)] * (index + 1)))
    return tallies


class _DefectTally:
    """Counts defects at each minimum area, [areas, 3]."""

    def __init__(self, frame: LabelledFrame, index: int) -> None:
        self._truths = [truth for truth in frame.truths if truth.class_index == index]

    def __call__(self, found: Sequence[FoundInstance]) -> NDArray[np.int64]:
        return np.array([self._at(found, area) for area in AREAS], np.int64)

    def _at(self, found: Sequence[FoundInstance], area: int) -> tuple[int, int, int]:
        hit, false = overlapping([f for f in found if f.area_px >= area], self._truths)
        wanted = [h for truth, h in zip(self._truths, hit, strict=True) if not truth.ignored]
        return sum(wanted), sum(wanted) + sum(false), len(wanted)


class _PixelTally:
    """Counts pixels at each minimum area, [areas, 3]; zeros if a label has no mask."""

    def __init__(self, frame: LabelledFrame, index: int) -> None:
        self._labels = drawn_labels(frame, index)

    def __call__(self, found: Sequence[FoundInstance]) -> NDArray[np.int64]:
        if self._labels is None:
            return np.zeros((len(AREAS), 3), np.int64)
        # Joined pieces share no pixel, so their pixel counts add up.
        parts = np.array([self._part(thing) for thing in found], np.int64).reshape(-1, 3)
        large = parts[:, :1] >= np.array(AREAS)
        labelled = np.full(len(AREAS), np.count_nonzero(self._labels.wanted))
        return np.stack([large.T @ parts[:, 1], large.T @ parts[:, 2], labelled], axis=1)

    def _part(self, thing: FoundInstance) -> tuple[int, int, int]:
        """Area, right pixels, and predicted pixels outside ignored labels."""
        assert self._labels is not None
        x, y, width, height = thing.piece
        here = np.s_[y : y + height, x : x + width]
        drawn = thing.drawn(thing.piece)
        right = (drawn & self._labels.wanted[here]).sum()
        said = (drawn & ~self._labels.ignored[here]).sum()
        return thing.area_px, int(right), int(said)
