"""The full Severstal training set's totals, against which a copy of it is checked."""

from __future__ import annotations

import re
from collections.abc import Iterator

from train.data.counts import LabelCounts
from train.data.sample import UNLABELLED, DataSet
from train.data.severstal import CLASSES, is_simulated

FULL_IMAGES = 12_568
FULL_CLEAN = 5_902
FULL_BY_CLASS = dict(zip(CLASSES, (897, 247, 5_150, 801), strict=True))
FULL_BY_NUMBER = {1: 6_239, 2: 425, 3: 2}
FULL_UNLABELLED = 5_506
"""Counted by the study, and again from the competition's ``train.csv``."""

_COMPETITION_NAME = re.compile(r"[0-9a-f]{9}")


def is_full_severstal(data: DataSet) -> bool:
    """Whether this means to be the competition's whole set: its names, and nearly all of them."""
    stems = [s.path.stem for s in data.samples if s.split != UNLABELLED]
    return (
        data.classes == CLASSES
        and not is_simulated(data.root)
        and len(stems) > 0.95 * FULL_IMAGES
        and all(_COMPETITION_NAME.fullmatch(stem) for stem in stems)
    )


def departures(counts: LabelCounts) -> Iterator[str]:
    """What of the known totals a full set does not have, in words."""
    facts = [("images", counts.images, FULL_IMAGES), ("clean images", counts.clean, FULL_CLEAN)]
    facts += [
        (f"images with class {name}", counts.images_by_class[name], known)
        for name, known in FULL_BY_CLASS.items()
    ]
    facts += [
        (f"images with {number} classes", counts.by_number_of_classes.get(number, 0), known)
        for number, known in FULL_BY_NUMBER.items()
    ]
    for what, found, known in facts:
        if found != known:
            yield f"{found:,} {what}; the competition's set has {known:,}"
