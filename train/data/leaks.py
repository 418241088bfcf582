"""Splits that near-duplicates cross: what is judged would have been seen in training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from edge.core.errors import DataError
from train.data.complaints import shown
from train.data.duplicates.finder import NearDuplicate
from train.data.duplicates.remembered import near_duplicates
from train.data.groups import join_pairs
from train.data.progress import ItemProgress, quiet
from train.data.sample import UNLABELLED, DataSet, Sample
from train.data.severstal import is_simulated

TOLERATED = 1 / 100
"""Share of a split's images that may share surface with another split: the finder is not perfect,
and figures do not move by so little."""


@dataclass(frozen=True, slots=True)
class SplitLeak:
    """Near-duplicates between two splits.

    Attributes:
        splits: The two, the larger first.
        images: How many images of the smaller have a near-duplicate in the larger.
        of: How many images the smaller has.
        pairs: Names of the pairs, the larger split's image first.
    """

    splits: tuple[str, str]
    images: int
    of: int
    pairs: tuple[tuple[str, str], ...]

    @property
    def tolerable(self) -> bool:
        """Whether it is too little to matter."""
        return self.images <= TOLERATED * self.of

    @property
    def words(self) -> str:
        """In a line, with examples."""
        larger, smaller = self.splits
        examples = shown([f"{one} and {other}" for one, other in self.pairs], 2)
        return (
            f"{self.images} of {self.of} {smaller} images share surface with {larger} images"
            f" ({examples})"
        )


def seek(data: DataSet, progress: ItemProgress = quiet) -> list[NearDuplicate] | None:
    """Near-duplicates among the labelled samples, as indices into ``labelled(data)``.

    None for simulated sets, whose frames share backgrounds by design.
    """
    return None if is_simulated(data.root) else near_duplicates(labelled(data), progress)


def labelled(data: DataSet) -> list[Sample]:
    """The samples that carry labels, in order."""
    return [sample for sample in data.samples if sample.split != UNLABELLED]


def joined(data: DataSet, progress: ItemProgress = quiet) -> DataSet:
    """The data set with near-duplicates in one group."""
    pairs = seek(data, progress)
    if not pairs:
        return data
    samples = join_pairs(labelled(data), [(pair.first, pair.second) for pair in pairs])
    return replace(data, samples=(*samples, *data.of(UNLABELLED)))


def find_leaks(samples: Sequence[Sample], pairs: Sequence[NearDuplicate]) -> list[SplitLeak]:
    """What each two splits of samples share, the worst first."""
    sizes: dict[str, int] = {}
    for sample in samples:
        sizes[sample.split] = sizes.get(sample.split, 0) + 1
    leaks = []
    for larger, smaller in combinations(sorted(sizes, key=lambda name: (-sizes[name], name)), 2):
        crossing = []
        for pair in pairs:
            one, other = samples[pair.first], samples[pair.second]
            if one.split == smaller and other.split == larger:
                one, other = other, one
            if one.split == larger and other.split == smaller:
                crossing.append((one.name, other.name))
        if crossing:
            images = len({name for _, name in crossing})
            splits = (larger, smaller)
            leaks.append(SplitLeak(splits, images, sizes[smaller], tuple(crossing)))
    return sorted(leaks, key=lambda leak: -leak.images / leak.of)


def refuse_leaks(data: DataSet, progress: ItemProgress = quiet) -> list[str]:
    """Make sure that no near-duplicates cross the splits, but for a few that are told.

    Returns:
        What is tolerable, in words.

    Raises:
        DataError: More than that; names the worst.
    """
    leaks = find_leaks(labelled(data), seek(data, progress) or [])
    if leaks and not all(leak.tolerable for leak in leaks):
        raise DataError(
            f"the splits of {data.root} leak: {leaks[0].words}",
            f"Deal them anew with: millsight data split {data.root}; or train nonetheless with"
            " --allow-leaks, and trust no figure",
        )
    return [leak.words for leak in leaks]
