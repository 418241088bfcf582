"""The legend above a defect map: the coil's name and figures, and the meaning of colours."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.coil.grade import Grade
from edge.core.inspection import UNCLASSIFIED, Level
from edge.core.palette import Ink, colour
from edge.core.redaction import outgoing_ascii

BLANK: Ink = (255, 255, 255)
TEXT: Ink = (40, 40, 40)
_HATCH_GROUND: Ink = (190, 190, 190)
_HATCH: Ink = (110, 110, 110)
LEVELS: dict[Level, Ink] = {
    Level.FULL: (238, 236, 232),
    Level.CLASSIFIED: (205, 242, 250),
    Level.GATED: (195, 222, 252),
}
"""Colour of strip with a verdict, by level."""
_MEANINGS = {
    Level.FULL: "inspected in full",
    Level.CLASSIFIED: "not outlined",
    Level.GATED: "not classified",
    Level.UNINSPECTED: "not inspected",
}
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_MARGIN, _SWATCH, _LINE, _ORIGIN = 40, 26, 44, 34
_MOST_TITLE = 75
"""Most characters in the title."""


def draw_legend(
    width: int, figures: Grade, classes: Sequence[str], origin: str = ""
) -> NDArray[np.uint8]:
    """Draw the legend as a picture [lines, width, 3] uint8 BGR.

    Args:
        width: Width in pixels.
        figures: The coil's grade.
        classes: Class names in the order of their colours.
        origin: When and by which bundle the coil was inspected; may be empty.
    """
    title = figures.coil or "without a name"
    if not title.lower().startswith("coil"):
        title = f"Coil {title}"
    if len(title) > _MOST_TITLE:
        title = f"{title[: _MOST_TITLE - 3]}..."
    values = figures.as_json()
    summary = figures.headline()
    if actions := ", ".join(f"{action} {count}" for action, count in values["actions"].items()):
        summary += f"; {actions}"
    entries: list[tuple[NDArray[np.uint8], str]] = []
    for class_name, found in values["classes"].items():
        label = f"class {class_name}" if class_name.isdecimal() else class_name
        ink = colour("" if class_name == UNCLASSIFIED else class_name, classes)
        longest = f"longest {_length(found['longest_mm'])}"
        entries.append((_plain(ink), f"{label}: {found['defects']}, {longest}"))
    for level in Level:
        covered = values["coverage"][level.value]
        if covered["mm"]:
            swatch = _plain(LEVELS[level]) if level in LEVELS else hatched(_SWATCH, _SWATCH)
            entries.append((swatch, f"{_MEANINGS[level]}: {_length(covered['mm'])}"))
    lines = _lines(entries, width)
    below = 130 + (_ORIGIN if origin else 0)
    picture = np.full((below + len(lines) * _LINE + 16, width, 3), BLANK, np.uint8)
    write(picture, title, (_MARGIN, 58), 1.3, thick=2)
    write(picture, summary, (_MARGIN, 104), 0.8)
    write(picture, origin, (_MARGIN, 104 + _ORIGIN), 0.65)
    for number, line in enumerate(lines):
        y = below + number * _LINE
        for x, (swatch, text) in line:
            picture[y : y + _SWATCH, x : x + _SWATCH] = swatch
            cv2.rectangle(picture, (x, y), (x + _SWATCH - 1, y + _SWATCH - 1), TEXT, 1)
            write(picture, text, (x + _SWATCH + 10, y + _SWATCH - 6), 0.65)
    return picture


def write(
    picture: NDArray[np.uint8],
    text: str,
    corner: tuple[int, int],
    size: float,
    *,
    thick: int = 1,
    aligned: float = 0.0,
) -> None:
    """Write one line of text.

    Args:
        picture: Written into, [lines, columns, 3] BGR.
        text: What OpenCV's fonts lack is escaped.
        corner: x, y of the text's foot.
        size: Of the font, as OpenCV counts.
        thick: Of its strokes, in pixels.
        aligned: Which part of the text stands left of x: 0 none, 0.5 half, 1 all.
    """
    plain = outgoing_ascii(text)
    x = corner[0] - round(cv2.getTextSize(plain, _FONT, size, thick)[0][0] * aligned)
    cv2.putText(picture, plain, (x, corner[1]), _FONT, size, TEXT, thick, cv2.LINE_AA)


@lru_cache(maxsize=8)
def hatched(height: int, width: int) -> NDArray[np.uint8]:
    """Hatching for uninspected strip, [height, width, 3] uint8 BGR; cached, do not modify."""
    picture = np.full((height, width, 3), _HATCH_GROUND, np.uint8)
    for x in range(-height, width, 12):
        cv2.line(picture, (x, height), (x + height, 0), _HATCH, 2, cv2.LINE_AA)
    return picture


def _plain(ink: Ink) -> NDArray[np.uint8]:
    return np.full((_SWATCH, _SWATCH, 3), ink, np.uint8)


def _lines(
    entries: Sequence[tuple[NDArray[np.uint8], str]], width: int
) -> list[list[tuple[int, tuple[NDArray[np.uint8], str]]]]:
    """Break the entries into lines that fit; each entry with its column."""
    lines: list[list[tuple[int, tuple[NDArray[np.uint8], str]]]] = []
    x = width
    for entry in entries:
        (text_width, _), _ = cv2.getTextSize(outgoing_ascii(entry[1]), _FONT, 0.65, 1)
        if not lines or x + _SWATCH + 10 + text_width > width - _MARGIN:
            lines.append([])
            x = _MARGIN
        lines[-1].append((x, entry))
        x += _SWATCH + 10 + text_width + 36
    return lines


def _length(mm: float) -> str:
    return f"{mm / 1000:.1f} m" if mm >= 1000 else f"{mm:.0f} mm"
