"""Splits by group: seeded, stratified by class, written to ``splits.csv`` and reused."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from edge.core.errors import (
    ConfigError,
    DataError,
    LabelError,
)
from edge.core.files import write_whole
from edge.core.regular_files import LABELS_BYTES, read_regular
from train.data.complaints import shown
from train.data.groups import join_identical
from train.data.sample import UNLABELLED, DataSet, Sample

STUDY_SHARES = {"train": 0.63, "val": 0.27, "holdout": 0.10}
"""The study's: a holdout of 10 %, the rest 70/30 into training and validation."""

LARGE_GROUP = 20
"""Larger groups of near-duplicates are all in ``train``, where other groups suffice for the other
splits: there they would weigh too much."""

HEADER = ["image", "group", "split"]
_CLEAN = -1


@dataclass(frozen=True, slots=True)
class SplitPlace:
    """Where a split file puts an image."""

    group: str
    split: str


def parse_shares(text: str) -> dict[str, float]:
    """Read ``train=0.6,val=0.3,holdout=0.1``.

    Raises:
        ConfigError: Not names with positive fractions that add up to 1.
    """
    shares: dict[str, float] = {}
    for part in text.split(","):
        name, _, value = (piece.strip() for piece in part.partition("="))
        try:
            shares[name] = float(value)
        except ValueError:
            shares[name] = -1.0
        if not name.isidentifier() or name == UNLABELLED or not 0 < shares[name] <= 1:
            raise ConfigError(
                f"shares {text!r} are not NAME=FRACTION, …", "Write train=0.63,val=0.27,holdout=0.1"
            )
    if abs(sum(shares.values()) - 1) > 1e-6:
        raise ConfigError(f"shares {text!r} add up to {sum(shares.values()):g}, not 1")
    return shares


def assign_splits(
    samples: Sequence[Sample], shares: Mapping[str, float] = STUDY_SHARES, seed: int = 0
) -> list[Sample]:
    """Give each labelled sample a split, whole groups together; unlabelled ones stay as they are.

    Every class, and clean, keeps its share of groups as nearly as whole groups allow: the rarest
    label is dealt first, each group to the split that lacks most of it (iterative stratification,
    Sechidis, Tsoumakas and Vlahavas, ECML PKDD 2011). The same samples and seed give the same
    splits, whatever the samples' order.

    Raises:
        DataError: There are fewer groups than splits.
    """
    labels: dict[str, set[int]] = defaultdict(set)
    size: dict[str, int] = defaultdict(int)
    for sample in samples:
        if sample.split != UNLABELLED:
            labels[sample.group] |= sample.class_indices or {_CLEAN}
            size[sample.group] += 1
    if len(labels) < len(shares):
        largest = max(size, key=lambda group: size[group], default="")
        of_one = (
            f": {size[largest]} of {sum(size.values())} are in group {largest!r}" if size else ""
        )
        raise DataError(
            f"{len(labels)} groups of images cannot be dealt to {len(shares)} splits{of_one}",
            "Images of one group, such as one coil's, share surface and stay together: add images"
            " of others, or ask for fewer splits with --shares",
        )
    groups = sorted(labels)
    np.random.default_rng(seed).shuffle(groups)
    large = _deal_large(groups, size, shares)
    split_of = _Dealer(groups, labels, shares).deal(large)
    empty = [name for name in shares if name not in split_of.values()]
    if empty and large:
        raise DataError(
            f"the groups of images are too few and too large: {', '.join(empty)} would be empty",
            "Add images of other coils or parts, or ask for fewer splits with --shares",
        )
    return [
        sample if sample.split == UNLABELLED else replace(sample, split=split_of[sample.group])
        for sample in samples
    ]


def _deal_large(
    groups: list[str], size: Mapping[str, int], shares: Mapping[str, float]
) -> dict[str, str]:
    """Splits of large groups: ``train``, as long as the others leave enough for other splits."""
    large = sorted((g for g in groups if size[g] > LARGE_GROUP), key=lambda g: -size[g])
    train = "train" if "train" in shares else next(iter(shares))
    images = sum(size[group] for group in groups)
    left = images - sum(size[group] for group in large)
    if left >= (1 - shares[train]) * images / 2:
        return dict.fromkeys(large, train)
    # Most images lie in large groups, as where one is a coil: each to the split that lacks most.
    lacking = {name: share * images for name, share in shares.items()}
    split_of: dict[str, str] = {}
    for number, group in enumerate(large):
        empty = [name for name in shares if name not in split_of.values()]
        # No split stays empty as long as there is a group for each.
        open_to = empty if len(groups) - number <= len(empty) else list(shares)
        split_of[group] = max(open_to, key=lambda name: lacking[name])
        lacking[split_of[group]] -= size[group]
    return split_of


class _Dealer:
    """Deals groups to splits, keeping what each split still wants of each label."""

    def __init__(
        self, groups: list[str], labels: Mapping[str, set[int]], shares: Mapping[str, float]
    ) -> None:
        self.labels, self.names = labels, list(shares)
        self.split_of: dict[str, str] = {}
        self.waiting: dict[int, dict[str, None]] = defaultdict(dict)
        for group in groups:
            for label in labels[group]:
                self.waiting[label][group] = None
        share = np.array(list(shares.values()))
        self.wanted = {label: share * len(of) for label, of in self.waiting.items()}
        self.wanted_in_all = share * len(groups)

    def deal(self, large: Mapping[str, str]) -> dict[str, str]:
        for group, split in large.items():
            self._give(group, self.names.index(split))
        while any(self.waiting.values()):
            waiting = sorted((w for w in self.waiting if self.waiting[w]), key=self._rarity)
            label = waiting[0]
            # The last label makes the totals come out: rounding has left some split short.
            wanted = self.wanted[label] if len(waiting) > 1 else self.wanted_in_all
            for group in list(self.waiting[label]):
                neediest = np.flatnonzero(wanted >= wanted.max() - 1e-9)
                self._give(group, int(neediest[np.argmax(self.wanted_in_all[neediest])]))
        return self.split_of

    def _rarity(self, label: int) -> tuple[int, int]:
        return len(self.waiting[label]), label

    def _give(self, group: str, split: int) -> None:
        self.split_of[group] = self.names[split]
        self.wanted_in_all[split] -= 1
        for label in self.labels[group]:
            self.wanted[label][split] -= 1
            del self.waiting[label][group]


def write_splits(path: Path, samples: Sequence[Sample]) -> None:
    """Write ``image,group,split`` for every labelled sample, whole or not at all.

    Raises:
        UnwritableError: The folder is missing or cannot be written.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows([s.name, s.group, s.split] for s in samples if s.split != UNLABELLED)
    write_whole(path, text.getvalue())


def read_splits(path: Path) -> dict[str, SplitPlace]:
    """Where a split file puts each image.

    Raises:
        LabelError: Missing columns, an image named twice, a group in two splits.
    """
    places: dict[str, SplitPlace] = {}
    split_of: dict[str, str] = {}
    try:
        text = read_regular(path, LABELS_BYTES).decode("utf-8-sig")
        rows = csv.DictReader(io.StringIO(text, newline=""))
        if rows.fieldnames is None or not set(HEADER) <= set(rows.fieldnames):
            raise LabelError(f"{path} lacks the columns {','.join(HEADER)}", _AGAIN)
        for row in rows:
            name, place = row["image"], SplitPlace(row["group"], row["split"])
            if not (name and place.group and place.split) or place.split == UNLABELLED:
                raise LabelError(f"{path} line {rows.line_num} is not image, group and split")
            if name in places:
                raise LabelError(f"{path} line {rows.line_num} names {name} a second time")
            if split_of.setdefault(place.group, place.split) != place.split:
                fault = f"puts group {place.group!r} into two splits"
                raise LabelError(f"{path} line {rows.line_num} {fault}", _AGAIN)
            places[name] = place
    except OSError as error:
        raise LabelError(f"{path} cannot be read: {error.strerror}") from None
    except (csv.Error, UnicodeDecodeError) as error:
        raise LabelError(f"{path} is not a CSV file ({error})", _AGAIN) from None
    return places


def apply_splits(data: DataSet, path: Path) -> DataSet:
    """The data set with groups and splits of a split file.

    Raises:
        LabelError: The file is malformed.
        DataError: It names images that are not there, or misses some that are.
    """
    places = read_splits(path)
    labelled = [sample for sample in data.samples if sample.split != UNLABELLED]
    names = {sample.name for sample in labelled}
    unknown = [name for name in places if name not in names]
    missed = [sample.name for sample in labelled if sample.name not in places]
    faults = [
        f"{verb} {len(images)} images ({shown(images)})"
        for verb, images in (("names unknown", unknown), ("misses", missed))
        if images
    ]
    if faults:
        raise DataError(f"split file {path} {' and '.join(faults)} of {data.root}", _AGAIN)
    samples = tuple(
        sample
        if sample.split == UNLABELLED
        else replace(sample, group=places[sample.name].group, split=places[sample.name].split)
        for sample in data.samples
    )
    return replace(data, samples=samples)


def split_data(data: DataSet, shares: Mapping[str, float] = STUDY_SHARES, seed: int = 0) -> DataSet:
    """The data set dealt anew: identical files joined into groups, then ``assign_splits``."""
    return replace(data, samples=tuple(assign_splits(join_identical(data.samples), shares, seed)))


_AGAIN = "Correct it, or delete it and split again with 'millsight data split'"
