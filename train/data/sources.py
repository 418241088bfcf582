"""Public data sets that millsight knows by their classes, with the terms they are used under."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """Where data is from and what may be done with it, for cards and manifests."""

    source: str
    terms: str


NOT_STATED = Source("not stated", "not stated")

SEVERSTAL = Source(
    'Kaggle competition "Severstal: Steel Defect Detection", 2019',
    "the competition's rules: no redistribution of the images",
)

BY_CLASSES = {
    ("inclusion", "dent", "oil_spot", "pit", "punching", "linear", "macular"): Source(
        "CR7-DET, Chen et al., J. Real-Time Image Processing 2025, doi 10.1007/s11554-024-01606-6",
        "published openly, no licence stated",
    ),
    ("inclusion", "patches", "scratches"): Source(
        "NEU-Seg, Northeastern University (Song, Yan; Dong et al. 2019)",
        "research use, no licence stated",
    ),
    (
        "finishing_roll_printing",
        "iron_sheet_ash",
        "oxide_scale_of_plate_system",
        "oxide_scale_of_temperature_system",
        "red_iron",
        "slag_inclusion",
        "surface_scratch",
    ): Source(
        'X-SDD, Feng, Gao, Luo, "X-SDD: a new benchmark for hot rolled steel strip surface defects'
        ' detection", Symmetry 2021',
        "Apache-2.0",
    ),
    ("blowhole", "break", "crack", "fray", "uneven"): Source(
        'Huang, Qiu, Yuan, "Surface defect saliency of magnetic tile", 2018',
        '"welcome to use, please cite"',
    ),
}
"""Class names in the order of their ids, as these sets are annotated."""
