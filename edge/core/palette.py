"""The colours of defect classes, the same in every picture."""

from __future__ import annotations

from collections.abc import Sequence

Ink = tuple[int, int, int]
"""Blue, green, red, 0 to 255 each."""

# Paul Tol's bright scheme (personal.sron.nl/~pault), which colour-blind people can distinguish.
_PALETTE: tuple[Ink, ...] = (
    (51, 187, 238),
    (119, 51, 238),
    (136, 204, 34),
    (238, 170, 51),
    (119, 102, 204),
    (187, 187, 0),
    (68, 119, 238),
)
_UNNAMED: Ink = (200, 200, 200)


def colour(class_name: str, classes: Sequence[str]) -> Ink:
    """The colour of a class by its index in the bundle's ``classes``; grey if it is not there."""
    if class_name not in classes:
        return _UNNAMED
    return _PALETTE[classes.index(class_name) % len(_PALETTE)]
