"""Additional val images from other data sets.

More defective frames allow a lower gate threshold for the same promise: a miss rate of at most 5 %
can be promised on 200 frames only if 2 % of them are missed, because of chance; on 2,000 frames 4 %
may be missed, so the gate passes much less clean strip.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace

from edge.bundle.manifest_parts import MAX_TEXT
from edge.core.errors import (
    ConfigError,
    DataError,
    ImageError,
)
from export.score.input_checks import TRAIN, VAL
from train.data.digest import data_digest
from train.data.sample import DataSet, Sample
from train.regions.finished import Run


def with_extra_val(data: DataSet, others: Sequence[DataSet], runs: Sequence[Run]) -> DataSet:
    """The data set with the others' val images added to its val.

    Args:
        data: The runs' training data.
        others: Data sets with the same classes.
        runs: The runs; none may have been trained on the others' val.

    Raises:
        ConfigError: A data set has other classes, a run was trained on it, or there are too many
            to list.
        DataError: A data set has no val images, or shares a picture with another one.
        ImageError: An image cannot be read.
    """
    if not others:
        return data
    if len(sources(runs, others)) > MAX_TEXT:
        raise ConfigError("there are too many data sets for a bundle to list", "Join some of them")
    samples = list(data.samples)
    known = _pictures(samples)
    for number, other in enumerate(others):
        _check(other, data, runs)
        offered = other.of(VAL)
        found = _pictures(offered)
        for digest in found.keys() & known.keys():
            raise DataError(
                f"{found[digest].path} is the same picture as {known[digest].path}",
                "Give --also frames that occur in no other data set",
            )
        known |= found
        samples += [replace(sample, group=f"{number}/{sample.group}") for sample in offered]
    return replace(data, samples=tuple(samples))


def sources(runs: Iterable[Run], others: Iterable[DataSet]) -> str:
    """Sources of the training data and of all additional data, in one line."""
    first, *_ = cards = [run.card.data for run in runs]
    learnt = dict.fromkeys(also for card in cards for also in card.also)
    parts = [first.source, *(f"also trained on: {also}" for also in learnt)]
    return " | ".join([*parts, *(f"also chosen on: {other.provenance}" for other in others)])


def _check(other: DataSet, data: DataSet, runs: Iterable[Run]) -> None:
    if other.classes != data.classes:
        raise ConfigError(
            f"{other.root} has other classes than {data.root}: {', '.join(other.classes)}",
            "Leave out --also",
        )
    if not other.of(VAL):
        raise DataError(
            f"{other.root} has no val images to choose on",
            "Assign images that no run was trained on to val: millsight data split"
            f" {other.root} --shares val=1 --force (in COCO, file names give the splits)",
        )
    learnt = {digest for run in runs for digest in run.card.data.also_digests}
    if {data_digest(other.of(split)) for split in (TRAIN, VAL)} & learnt:
        raise ConfigError(
            f"a run was trained on {other.root}", "Give --also frames that no network has seen"
        )


def _pictures(samples: Iterable[Sample]) -> dict[str, Sample]:
    """One sample per SHA-256 of its picture file."""
    try:
        return {hashlib.sha256(sample.path.read_bytes()).hexdigest(): sample for sample in samples}
    except OSError as error:
        raise ImageError(f"{error.filename} cannot be read: {error.strerror}") from None
