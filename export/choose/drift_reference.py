"""The drift reference: grey levels of train, gate scores of val, and the limits of the index.

Scores are from val, because a network is more confident on its training data than on any new strip.
Limits are from windows of val as well: an alarm that fires on unchanged strip would soon be
ignored.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from edge.bundle.drift_reference import (
    Drift,
    GreyReference,
    Limits,
    ScoreReference,
)
from edge.vision.psi import (
    Floats,
    GreyIndex,
    ScoreIndex,
    grey_levels,
)
from export.progress import ExportProgress
from export.score.input_checks import TRAIN, VAL
from export.score.split_scores import SplitInputs
from train.data.sample import DataSet, Sample
from train.data.tiles import Tile

WINDOW = 128
"""Frames in the device's window."""

MIN_APPEARANCES = 32
"""Fewest different appearances in a window: on a line, consecutive frames look alike."""

WATCH_RATE, ALARM_RATE = 0.01, 0.001
"""Shares of val's windows that exceed the limits."""

CUSTOMARY_WATCH, CUSTOMARY_ALARM = 0.1, 0.25
"""Lower bounds of the limits, from practice (Siddiqi, Credit Risk Scorecards, 2006)."""

GREY_BINS = 16
SCORE_BINS = 10

_TRAIN_FRAMES = 2000
_BATCHES, _BATCH = 20, 1000
_SEED = 0


@dataclass(frozen=True, slots=True, eq=False)
class TrainGrey:
    """Grey levels of train.

    Attributes:
        edges: First grey level of each bin except the lowest.
        shares: Share of pixels in each bin.
        n: Number of frames.
    """

    edges: tuple[int, ...]
    shares: tuple[float, ...]
    n: int

    @property
    def index(self) -> GreyIndex:
        """Index that compares frames with it."""
        return GreyIndex(self.edges, self.shares)


def measure_train(data: DataSet, progress: ExportProgress) -> TrainGrey:
    """Measure train's grey levels.

    Raises:
        ImageError: An image cannot be read.
    """
    train = _one_of_each_group(data.of(TRAIN), np.random.default_rng(_SEED))[:_TRAIN_FRAMES]
    progress.start("measuring grey levels of train", len(train))
    levels = np.zeros(256)
    for sample in train:
        levels += grey_levels(sample.read()) / len(train)
        progress.advance()
    edges = grey_edges(levels)
    return TrainGrey(edges, _rounded(np.add.reduceat(levels, (0, *edges))), len(train))


def drift_reference(
    train: TrainGrey, greys: Sequence[Floats], val: SplitInputs, scores: NDArray[np.float32]
) -> Drift:
    """The drift reference of a bundle.

    Args:
        train: Result of ``measure_train``.
        greys: ``train.index``'s shares of each frame of val.
        val: Inputs of val.
        scores: Scores of the deployed gate for every tile of val.
    """
    rng = np.random.default_rng(_SEED)
    samples = [sample for sample, _ in groupby(val.tiles, key=lambda tile: tile.sample)]
    return Drift(
        grey=GreyReference(
            edges=train.edges,
            shares=train.shares,
            limits=choose_limits(train.index.psi, *_by_group(greys, samples), rng),
            split=TRAIN,
            n=train.n,
        ),
        scores=_score_reference(scores, val.tiles, samples, rng),
        window=WINDOW,
        looks=MIN_APPEARANCES,
        watch_rate=WATCH_RATE,
        alarm_rate=ALARM_RATE,
    )


def grey_edges(levels: Floats, bins: int = GREY_BINS) -> tuple[int, ...]:
    """First grey level of each bin except the lowest, for shares as equal as possible.

    Args:
        levels: Share of pixels at each grey level, [256].
        bins: Number of bins; fewer if one level has the share of several.
    """
    ends = np.searchsorted(np.cumsum(levels), np.arange(1, bins) / bins) + 1
    return tuple(int(edge) for edge in np.unique(np.clip(ends, 1, 255)))


def score_edges(scores: Floats, bins: int = SCORE_BINS) -> tuple[float, ...]:
    """Lowest score of each bin except the lowest, likewise.

    Int8 scores are often equal. Edges lie midway between two distinct scores, so that a rounding
    difference on another processor does not move many scores to the next bin.
    """
    values = np.unique(scores)
    if len(values) == 1:
        return (0.5,)
    steps = np.quantile(scores, np.arange(1, bins) / bins, method="higher")
    above = np.unique(np.maximum(np.searchsorted(values, steps), 1))
    return tuple(float(edge) for edge in np.unique((values[above - 1] + values[above]) / 2))


def choose_limits(
    index: Callable[[Floats], Floats],
    group_shares: Floats,
    lengths: NDArray[np.int64],
    rng: np.random.Generator,
) -> Limits:
    """Limits that windows exceed at the stated rates, but at least the customary ones.

    A window is filled with groups of near-duplicates drawn with replacement. In half of the windows
    groups have their own length; in the other half each lasts at least
    ``WINDOW / MIN_APPEARANCES`` frames, as strip of one appearance does on a line. The higher limit
    of both halves is taken.

    Args:
        index: The index of windows' shares [windows, bins].
        group_shares: Mean shares of each group, [groups, bins].
        lengths: Frames in each group, [groups].
        rng: Draws the windows.
    """
    watch, alarm = CUSTOMARY_WATCH, CUSTOMARY_ALARM
    for least in (1, WINDOW // MIN_APPEARANCES):
        drawn = [
            index(_windows(group_shares, np.maximum(lengths, least), WINDOW // least, rng))
            for _ in range(_BATCHES)
        ]
        found = np.quantile(np.concatenate(drawn), [1 - WATCH_RATE, 1 - ALARM_RATE])
        watch, alarm = max(watch, float(found[0])), max(alarm, float(found[1]))
    return Limits(watch=round(watch, 4), alarm=round(alarm, 4))


def _windows(
    group_shares: Floats, lengths: NDArray[np.int64], most: int, rng: np.random.Generator
) -> Floats:
    """Shares of a batch of windows [windows, bins], each of at most ``most`` groups."""
    groups = rng.integers(0, len(group_shares), (_BATCH, most))
    ends = np.minimum(np.cumsum(lengths[groups], axis=1), WINDOW)
    frames = np.diff(ends, axis=1, prepend=0)
    return np.asarray(np.einsum("wg,wgb->wb", frames / WINDOW, group_shares[groups]))


def _score_reference(
    found: NDArray[np.float32],
    tiles: Sequence[Tile],
    samples: Sequence[Sample],
    rng: np.random.Generator,
) -> ScoreReference:
    scores = found.astype(np.float64)
    clean = np.array([not tile.classes and not tile.ambiguous for tile in tiles])
    edges = score_edges(scores)
    kinds = []
    for kind in (clean, ~clean):
        bin_of = np.searchsorted(edges, scores[kind] if kind.any() else scores, side="right")
        counts = np.bincount(bin_of, minlength=len(edges) + 1)
        kinds.append(_rounded(counts / counts.sum()))
    share = round(float(1 - clean.mean()), 6)
    index = ScoreIndex(edges, *kinds, share)
    ends = np.cumsum([len(list(m)) for _, m in groupby(tiles, key=lambda tile: tile.sample)])
    shares = [index.shares(of_frame) for of_frame in np.split(found, ends[:-1])]
    return ScoreReference(
        edges=edges,
        clean=kinds[0],
        defective=kinds[1],
        defective_share=share,
        limits=choose_limits(index.psi, *_by_group(shares, samples), rng),
        split=VAL,
        n=len(scores),
    )


def _one_of_each_group(samples: Sequence[Sample], rng: np.random.Generator) -> list[Sample]:
    """One sample of each group, in random order."""
    drawn = [samples[i] for i in rng.permutation(len(samples))]
    return list({sample.group: sample for sample in drawn}.values())


def _by_group(
    shares: Sequence[Floats], samples: Sequence[Sample]
) -> tuple[Floats, NDArray[np.int64]]:
    """Mean shares of each group, [groups, bins], and its number of frames, [groups]."""
    groups: dict[str, list[Floats]] = defaultdict(list)
    for sample, of_frame in zip(samples, shares, strict=True):
        groups[sample.group].append(of_frame)
    members = list(groups.values())
    return np.array([np.mean(m, axis=0) for m in members]), np.array([len(m) for m in members])


def _rounded(shares: Floats) -> tuple[float, ...]:
    return tuple(round(float(share), 6) for share in shares)
