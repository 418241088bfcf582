"""Val images of other data sets, to choose on beside the data's own.

A promise to miss at most 5 % of defective frames, made on 200 of them, must be kept with 2 % on
those: chance could have been kind. On 2,000 it is kept with 4 %, and the gate lets much less clean
strip through for the same promise.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from edge.errors import ConfigError, DataError
from export.runs import VAL
from train.data.groups import identical_pairs
from train.data.sample import DataSet
from train.finished_run import Run


def widened(data: DataSet, others: Sequence[DataSet], runs: Iterable[Run]) -> DataSet:
    """The data with the others' val images in its val.

    Args:
        data: What the runs were trained on.
        others: Data sets of the same classes.
        runs: None of them may have learnt from the others.

    Raises:
        ConfigError: One has other classes, or a run has learnt from it.
        DataError: One has no val images, or images that the data has too.
        ImageError: An image cannot be read.
    """
    learnt = {also for run in runs for also in run.card.data.also}
    samples = list(data.samples)
    for other in others:
        if other.classes != data.classes:
            raise ConfigError(
                f"{other.root} has other classes than {data.root}: {', '.join(other.classes)}",
                "Leave out --also",
            )
        if other.provenance in learnt:
            raise ConfigError(
                f"a run has learnt from {other.root} ({other.provenance})",
                "Give --also frames that no network has seen",
            )
        if not other.of(VAL):
            raise DataError(
                f"{other.root} has no val images to choose on",
                f"Make them so with: millsight data split {other.root} --shares val=1",
            )
        samples += [
            replace(sample, group=f"{other.root.name}/{sample.group}") for sample in other.of(VAL)
        ]
    if others and (pairs := identical_pairs([sample.path for sample in samples])):
        one, same = (samples[i].path for i in pairs[0])
        raise DataError(
            f"{same} is the same picture as {one}", "Give --also frames that the data has not"
        )
    return replace(data, samples=tuple(samples))
