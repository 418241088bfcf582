"""Colours of classes, told apart by colour-blind eyes too (Okabe and Ito, 2008)."""

from __future__ import annotations

from collections.abc import Sequence

CLEAN_COLOUR = "#8c8c8c"

_OKABE_ITO = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442")


def class_colours(count: int) -> list[str]:
    """A colour for each of ``count`` classes, as ``#rrggbb``; they repeat after seven."""
    return [_OKABE_ITO[i % len(_OKABE_ITO)] for i in range(count)]


def class_labels(classes: Sequence[str]) -> list[str]:
    """Class names as a picture shows them: a without_spines number says that it is a class."""
    return [f"class {name}" if name.isdigit() else name for name in classes]


def bgr(colour: str) -> tuple[int, int, int]:
    """``#rrggbb`` as OpenCV wants it."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return blue, green, red
