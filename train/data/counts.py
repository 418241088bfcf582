"""How often each class is seen, alone and together: for check, splits and exploration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from train.data.sample import UNLABELLED, DataSet, Sample, classes_present


@dataclass(frozen=True, slots=True)
class LabelCounts:
    """Counts over labelled samples.

    Attributes:
        images: Labelled images.
        clean: Of these, images without an instance.
        images_by_class: Images that show each class, by name.
        instances_by_class: Instances of each class, by name.
        by_number_of_classes: Images by the number of classes that they show, 0 for clean.
        overlap: Images that show both classes [row][column]; on the diagonal, the class at all.
    """

    images: int
    clean: int
    images_by_class: dict[str, int]
    instances_by_class: dict[str, int]
    by_number_of_classes: dict[int, int]
    overlap: list[list[int]]


def count_labels(samples: Sequence[Sample], classes: Sequence[str]) -> LabelCounts:
    """Count the labelled samples among ``samples``."""
    labelled = tuple(sample for sample in samples if sample.split != UNLABELLED)
    present = classes_present(labelled, len(classes)).astype(np.int64)
    instances = Counter(i.class_index for sample in labelled for i in sample.instances)
    numbers = Counter(present.sum(axis=1).tolist())
    return LabelCounts(
        images=len(labelled),
        clean=numbers[0],
        images_by_class=dict(zip(classes, present.sum(axis=0).tolist(), strict=True)),
        instances_by_class={name: instances[i] for i, name in enumerate(classes)},
        by_number_of_classes=dict(sorted(numbers.items())),
        overlap=(present.T @ present).tolist(),
    )


def split_names(data: DataSet) -> list[str]:
    """Splits of the labelled samples, largest first."""
    return [
        name
        for name, _ in Counter(s.split for s in data.samples if s.split != UNLABELLED).most_common()
    ]
