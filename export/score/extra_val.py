"""Val images of other data sets, to choose on beside the data's own.

A promise to miss at most 5 % of defective frames, made on 200 of them, must be kept with 2 % on
those: chance could have been kind. On 2,000 it is kept with 4 %, and the gate lets much less clean
strip through for the same promise.
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
    """The data with the others' val images in its val.

    Args:
        data: What the runs were trained on.
        others: Data sets of the same classes.
        runs: None of them may have learnt from the others' val.

    Raises:
        ConfigError: One has other classes, a run has learnt from it, or they are too many to name.
        DataError: One has no val images, or a picture that the data or another has too.
        ImageError: An image cannot be read.
    """
    if not others:
        return data
    if len(sources(runs, others)) > MAX_TEXT:
        raise ConfigError("these are more data sets than a bundle can name", "Join some of them")
    samples = list(data.samples)
    known = _pictures(samples)
    for number, other in enumerate(others):
        _check(other, data, runs)
        offered = other.of(VAL)
        found = _pictures(offered)
        for digest in found.keys() & known.keys():
            raise DataError(
                f"{found[digest].path} is the same picture as {known[digest].path}",
                "Give --also frames that are nowhere else",
            )
        known |= found
        samples += [replace(sample, group=f"{number}/{sample.group}") for sample in offered]
    return replace(data, samples=tuple(samples))


def sources(runs: Iterable[Run], others: Iterable[DataSet]) -> str:
    """Where the data is from, and what other data had a say, in a line."""
    first, *_ = cards = [run.card.data for run in runs]
    learnt = dict.fromkeys(also for card in cards for also in card.also)
    parts = [first.source, *(f"learnt from besides: {also}" for also in learnt)]
    return " | ".join([*parts, *(f"chosen on besides: {other.provenance}" for other in others)])


def _check(other: DataSet, data: DataSet, runs: Iterable[Run]) -> None:
    if other.classes != data.classes:
        raise ConfigError(
            f"{other.root} has other classes than {data.root}: {', '.join(other.classes)}",
            "Leave out --also",
        )
    if not other.of(VAL):
        raise DataError(
            f"{other.root} has no val images to choose on",
            "Deal to val what no run has learnt from: millsight data split"
            f" {other.root} --shares val=1 --force (COCO's splits are its files' names)",
        )
    learnt = {digest for run in runs for digest in run.card.data.also_digests}
    if {data_digest(other.of(split)) for split in (TRAIN, VAL)} & learnt:
        raise ConfigError(
            f"a run has learnt from {other.root}", "Give --also frames that no network has seen"
        )


def _pictures(samples: Iterable[Sample]) -> dict[str, Sample]:
    """One of the samples for each SHA-256 of a picture's file."""
    try:
        return {hashlib.sha256(sample.path.read_bytes()).hexdigest(): sample for sample in samples}
    except OSError as error:
        raise ImageError(f"{error.filename} cannot be read: {error.strerror}") from None
