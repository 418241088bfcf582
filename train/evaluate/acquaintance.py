"""How a bundle was made from an evaluated split: trained on it, chosen on it, or neither."""

from __future__ import annotations

from typing import Literal, TypeAlias

from edge.bundle.manifest import Manifest
from train.data.digest import data_digest, split_digest
from train.data.sample import UNLABELLED, DataSet

Acquaintance: TypeAlias = Literal["trained on", "chosen on", "held back", "dealt anew", "not known"]
"""``dealt anew``: the same images in other splits. ``not known``: other data, or data with added,
removed or changed images."""


def acquaintance(manifest: Manifest, data: DataSet, split: str) -> Acquaintance:
    """Use of a split of a data set in making a bundle, by the digests in its manifest.

    Raises:
        ImageError: An image file cannot be read.
    """
    made_of = manifest.data
    # A run that kept the holdout closed has a digest of train and val only.
    names = tuple(made_of.splits)
    for seen in dict.fromkeys([names, tuple(name for name in names if name != "holdout")]):
        samples = [sample for name in seen for sample in data.of(name)]
        if samples and data_digest(samples) == made_of.digest:
            if split_digest(samples) != made_of.split_digest:
                return "dealt anew"
            if split not in seen and split in names:
                return "held back"
            known: dict[str, Acquaintance] = {
                "train": "trained on",
                "val": "chosen on",
                "holdout": "held back",
            }
            return known.get(split, "not known")
    labelled = [sample for sample in data.samples if sample.split != UNLABELLED]
    return "dealt anew" if data_digest(labelled) == made_of.digest else "not known"


def in_words(known: Acquaintance, split: str, manifest: Manifest) -> str:
    """A line to print beside the figures; empty if the use is not known."""
    openings = len(manifest.holdout_openings)
    times = f"; the holdout was opened {openings} time{'s' * (openings != 1)} before"
    return {
        "trained on": f"The bundle was trained on {split}: these figures prove nothing",
        "chosen on": f"The bundle's weights and thresholds were chosen on {split}: expect worse"
        " figures elsewhere",
        "held back": f"The bundle was not trained or chosen on {split}{times}",
        "dealt anew": "The bundle was made of these images, in other splits: it was trained on some"
        " of them",
        "not known": "",
    }[known]
