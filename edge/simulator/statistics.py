"""Statistics of the defects in the Severstal training set, which the simulator reproduces.

Sources, all from the Kaggle competition "Severstal: Steel Defect Detection":

- classes on an image: ``image_classes.csv``, 12,568 images;
- objects per image, height, width and fill: ``object_sizes.csv``, 19,958 connected objects,
  where fill is area / (height · width), at most 1;
- x position and how often an object touches the top or bottom: the connected objects of the
  run-length masks in ``train_1000.csv`` (1,000 images, 1,429 rows);
- brightness, spread and the black band: 20 frames (n is 20; treat these as rough).

Quantiles are ``numpy.quantile`` at ``LEVELS``. ``shape_correlation`` has Pearson correlations of
normal scores; height, width and fill are drawn through a Gaussian copula with these tables as
margins. ``tests/edge/simulator/test_statistics.py`` recomputes every table from the files and
compares.
"""

from __future__ import annotations

from dataclasses import dataclass

LEVELS = (0.0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)
"""Levels of the quantile tables below."""

REAL_WIDTH, REAL_HEIGHT = 1600, 256
"""Columns and lines of a real frame; all lengths below are in its pixels."""

IMAGES_BY_CLASSES: dict[tuple[int, ...], int] = {
    (): 5902,
    (3,): 4759,
    (1,): 769,
    (4,): 516,
    (3, 4): 284,
    (2,): 195,
    (1, 3): 91,
    (1, 2): 35,
    (2, 3): 14,
    (1, 2, 3): 2,
    (2, 4): 1,
}
"""Number of images with exactly these classes."""


@dataclass(frozen=True, slots=True)
class ClassStatistics:
    """Distribution of one class's connected objects over images and over the frame.

    Attributes:
        objects_per_image: Number of images with 1, 2, 3, … objects.
        height: Quantiles of an object's lines at ``LEVELS``.
        width: Quantiles of an object's columns at ``LEVELS``.
        fill: Quantiles of area / (height · width) at ``LEVELS``.
        shape_correlation: Correlations of normal scores: height–width, height–fill, width–fill.
        within_image: Correlation of height, width, fill scores between two objects of one image.
        count_pull: Correlation of height, width, fill scores with the image's number of objects.
        x_counts: Number of objects by the column of their middle, in sixteen bins.
        touches: Share of the objects lower than the frame that touch its top or bottom.
    """

    objects_per_image: tuple[int, ...]
    height: tuple[int, ...]
    width: tuple[int, ...]
    fill: tuple[float, ...]
    shape_correlation: tuple[float, float, float]
    within_image: tuple[float, float, float]
    count_pull: tuple[float, float, float]
    x_counts: tuple[int, ...]
    touches: float


# fmt: off
CLASS_STATISTICS: dict[int, ClassStatistics] = {
    1: ClassStatistics(
        objects_per_image=(396, 127, 67, 51, 44, 45, 49, 40, 19, 17, 16, 8, 8, 5, 0, 2, 1, 1, 0, 1),
        height=(13, 19, 24, 27, 31, 35, 39, 44, 49, 57, 70, 100, 157, 256, 256),
        width=(6, 14, 17, 18, 20, 22, 24, 26, 28, 31, 35, 43, 51, 67, 180),
        fill=(0.318, 0.446, 0.546, 0.602, 0.659, 0.703, 0.738, 0.767, 0.792, 0.821, 0.854, 0.891,
              0.919, 0.967, 1.0),
        shape_correlation=(0.38, -0.37, -0.37),
        within_image=(0.18, 0.22, 0.18),
        count_pull=(-0.38, -0.13, 0.28),
        x_counts=(24, 61, 85, 124, 105, 61, 21, 27, 22, 32, 14, 28, 22, 37, 51, 13),
        touches=0.15,
    ),
    2: ClassStatistics(
        objects_per_image=(182, 57, 7, 1),
        height=(48, 60, 75, 89, 109, 136, 151, 169, 190, 210, 242, 256, 256, 256, 256),
        width=(6, 7, 10, 12, 14, 15, 17, 19, 21, 24, 27, 32, 34, 42, 45),
        fill=(0.191, 0.398, 0.489, 0.535, 0.602, 0.655, 0.702, 0.737, 0.777, 0.821, 0.852, 0.884,
              0.911, 0.964, 0.994),
        shape_correlation=(0.48, -0.07, -0.36),
        within_image=(0.43, 0.40, 0.14),
        count_pull=(-0.32, -0.21, 0.04),
        x_counts=(2, 3, 0, 5, 15, 5, 1, 1, 4, 14, 2, 0, 0, 2, 20, 15),
        touches=0.66,
    ),
    3: ClassStatistics(
        objects_per_image=(1584, 1321, 845, 521, 328, 217, 137, 79, 46, 24, 18, 9, 7, 4, 4, 2, 2,
                           1, 1),
        height=(1, 11, 21, 33, 54, 77, 111, 159, 219, 254, 256, 256, 256, 256, 256),
        width=(1, 7, 13, 17, 20, 23, 27, 33, 42, 55, 83, 182, 370, 1126, 1600),
        fill=(0.0, 0.229, 0.404, 0.492, 0.602, 0.676, 0.731, 0.776, 0.815, 0.849, 0.886, 0.926,
              0.949, 0.98, 1.0),
        shape_correlation=(0.07, 0.42, -0.20),
        within_image=(0.63, 0.57, 0.46),
        count_pull=(-0.19, -0.17, -0.04),
        x_counts=(92, 138, 157, 129, 162, 125, 171, 158, 192, 166, 194, 219, 183, 145, 122, 66),
        touches=0.42,
    ),
    4: ClassStatistics(
        objects_per_image=(313, 228, 116, 58, 34, 21, 11, 7, 8, 2, 1, 1, 0, 1),
        height=(1, 10, 25, 35, 52, 68, 82, 99, 117, 140, 173, 223, 250, 256, 256),
        width=(1, 13, 29, 39, 60, 81, 101, 126, 152, 188, 240, 350, 462, 800, 1234),
        fill=(0.0, 0.229, 0.36, 0.432, 0.503, 0.556, 0.593, 0.632, 0.666, 0.7, 0.735, 0.778,
              0.812, 0.879, 0.948),
        shape_correlation=(0.68, -0.04, -0.07),
        within_image=(0.13, 0.16, 0.20),
        count_pull=(-0.35, -0.38, -0.15),
        x_counts=(27, 37, 42, 46, 48, 60, 49, 49, 35, 55, 45, 48, 46, 50, 41, 24),
        touches=0.41,
    ),
}
# fmt: on

STRIP_MEAN_GREY = (59, 83, 98, 109, 127)
"""Mean grey of the strip itself: minimum, quartiles, maximum of 20 frames."""

BAND_WIDTHS = (17, 82, 137, 316, 449, 491, 861, 957, 1361)
"""Columns of the black band in the 9 of 20 frames that have one."""

FRAMES_WITH_BAND = 9 / 20
"""Share of frames with a black band."""
