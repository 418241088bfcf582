"""The defect map of a coil: one picture of the whole strip with every defect in its place."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.coil.grade import grade
from edge.coil.map_legend import BLANK, LEVELS, TEXT, draw_legend, hatched, write
from edge.coil.stretch import Stretch
from edge.core.coil_defect import CoilDefect
from edge.core.inspection import Level
from edge.core.palette import colour

_WIDTH = 1920
_LEFT, _RIGHT = 110, 50
_PLOT = _WIDTH - _LEFT - _RIGHT
_BETWEEN = 48
"""Pixels between two rows, for the scale in metres."""
_MIN_ROW_MM, _MOST_ROWS = 10_000.0, 20
_LOWEST, _HIGHEST, _ALL_ROWS = 64, 400, 1600
"""Least and greatest height of a row, and greatest height of all rows together, in pixels. The
least height of a row takes precedence over the last."""
_MARK = 11
"""Least width and height of a mark in pixels; to scale, a pit of 5 mm would be a tenth of one."""
_LEAST_PX = 2
"""Least width in pixels of uninspected strip, so that none is overlooked."""


def draw_map(
    coil_name: str,
    defects: Sequence[CoilDefect],
    stretches: Sequence[Stretch],
    *,
    classes: Sequence[str] = (),
    width_mm: float | None = None,
    origin: str = "",
) -> NDArray[np.uint8]:
    """Draw a coil as a picture [lines, 1920, 3] uint8 BGR; metres count from its beginning.

    The strip runs from left to right in several rows, like a text; its left border is at the top of
    a row. The scales along and across the strip differ. A very small defect is drawn as a mark of
    fixed size. For a coil without strip and defects there is only the title.

    Args:
        coil_name: Name for the title.
        defects: All its defects, in any order.
        stretches: All its strip, in any order.
        classes: Class names in the bundle's order, so that each class has the same colour in every
            picture. Other classes follow by name.
        width_mm: Width of the camera's view in mm; None uses the extent of the defects.
        origin: Line below the title: when and by which bundle it was inspected.
    """
    found = {defect.class_name for defect in defects if defect.class_name}
    names = [*classes, *sorted(found - set(classes))]
    top = draw_legend(_WIDTH, grade(coil_name, defects, stretches), names, origin)
    if not defects and not stretches:
        return top
    plan = _plan(defects, stretches, width_mm)
    sheet = np.full((plan.lines, _WIDTH, 3), BLANK, np.uint8)
    for stretch in sorted(stretches, key=lambda s: s.level is Level.UNINSPECTED):
        _draw_stretch(sheet, plan, stretch)
    _draw_scales(sheet, plan)
    for defect in sorted(defects, key=lambda d: -d.length_mm * d.width_mm):
        _mark(sheet, plan, defect, colour(defect.class_name, names))
    return np.vstack([top, sheet])


@dataclass(frozen=True, slots=True)
class _Plan:
    """The layout of the strip: rows of equal length, one below the other."""

    start_mm: float
    end_mm: float
    width_mm: float
    row_mm: float
    rows: int
    height: int

    @property
    def lines(self) -> int:
        return self.rows * (self.height + _BETWEEN)

    def top(self, row: int) -> int:
        return row * (self.height + _BETWEEN)

    def column(self, row: int, place_mm: float) -> int:
        along = (place_mm - self.start_mm - row * self.row_mm) / self.row_mm
        return _LEFT + round(min(max(along, 0.0), 1.0) * _PLOT)

    def line(self, row: int, across_mm: float) -> int:
        return self.top(row) + round(min(max(across_mm / self.width_mm, 0.0), 1.0) * self.height)

    def spans(self, from_mm: float, to_mm: float) -> Iterator[tuple[int, int, int]]:
        """Row number, first and last column of a part of the strip, for each row it lies on."""
        first, last = (
            min(max(math.floor((mm - self.start_mm) / self.row_mm), 0), self.rows - 1)
            for mm in (from_mm, to_mm)
        )
        for row in range(first, last + 1):
            left, right = self.column(row, from_mm), self.column(row, to_mm)
            if right > left or row == first:
                yield row, left, right


def _plan(
    defects: Sequence[CoilDefect], stretches: Sequence[Stretch], width_mm: float | None
) -> _Plan:
    extents = [(s.position_mm, s.position_mm + s.length_mm) for s in stretches]
    extents += [(d.along_mm, d.along_mm + d.length_mm) for d in defects]
    start = min(extent[0] for extent in extents)
    end = max(extent[1] for extent in extents)
    length = max(end - start, 1.0)
    row_mm = min(length, _MIN_ROW_MM)
    if length > _MIN_ROW_MM:
        row_mm = max(_MIN_ROW_MM, _round_up(length / _MOST_ROWS))
    rows = math.ceil(length / row_mm)
    if width_mm is None:
        reach = max((d.across_mm + d.width_mm for d in defects), default=0.0)
        width_mm = max(100.0, math.ceil(reach / 100) * 100.0)
    lines = min(width_mm / row_mm * _PLOT, _HIGHEST, _ALL_ROWS / rows)
    return _Plan(start, end, width_mm, row_mm, rows, max(round(lines), _LOWEST))


def _round_up(value: float) -> float:
    """The smallest of …, 1, 2, 5, 10, 20, … that is not below ``value``."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= value * (1 - 1e-9))


def _draw_stretch(sheet: NDArray[np.uint8], plan: _Plan, stretch: Stretch) -> None:
    uninspected = stretch.level is Level.UNINSPECTED
    for row, left, end in plan.spans(stretch.position_mm, stretch.position_mm + stretch.length_mm):
        right = max(end, left + _LEAST_PX) if uninspected else end
        place = np.s_[plan.top(row) : plan.top(row) + plan.height, left:right]
        if not uninspected:
            sheet[place] = LEVELS[stretch.level]
            continue
        sheet[place] = hatched(plan.height, _WIDTH)[:, left:right]
        if stretch.cause is not None:
            _name_cause(sheet, plan, (row, left, right), stretch.cause.value)


def _name_cause(
    sheet: NDArray[np.uint8], plan: _Plan, span: tuple[int, int, int], cause: str
) -> None:
    row, left, right = span
    (width, height), _ = cv2.getTextSize(cause, cv2.FONT_HERSHEY_SIMPLEX, 0.6, 1)
    if width + 24 > right - left:
        return
    x, y = (left + right - width) // 2, plan.top(row) + (plan.height + height) // 2
    cv2.rectangle(sheet, (x - 6, y - height - 6), (x + width + 6, y + 8), BLANK, -1)
    write(sheet, cause, (x, y), 0.6)


def _draw_scales(sheet: NDArray[np.uint8], plan: _Plan) -> None:
    step_mm = _round_up(plan.row_mm / 12)
    digits = max(0, -math.floor(math.log10(step_mm / 1000)))
    for row in range(plan.rows):
        top, bottom = plan.top(row), plan.top(row) + plan.height
        begin_mm = row * plan.row_mm
        end_mm = min(begin_mm + plan.row_mm, plan.end_mm - plan.start_mm)
        right = plan.column(row, plan.start_mm + end_mm)
        cv2.rectangle(sheet, (_LEFT, top), (max(right, _LEFT + 1), bottom), TEXT, 1)
        write(sheet, "0", (_LEFT - 12, top + 18), 0.65, aligned=1.0)
        write(sheet, f"{plan.width_mm:.0f} mm", (_LEFT - 12, bottom), 0.65, aligned=1.0)
        for tick in range(math.ceil(begin_mm / step_mm - 1e-9), math.floor(end_mm / step_mm) + 1):
            x = plan.column(row, plan.start_mm + tick * step_mm)
            cv2.line(sheet, (x, bottom), (x, bottom + 7), TEXT, 1)
            label = f"{tick * step_mm / 1000:.{digits}f} m"
            write(sheet, label, (x, bottom + 26), 0.65, aligned=0.5)


def _mark(
    sheet: NDArray[np.uint8], plan: _Plan, defect: CoilDefect, ink: tuple[int, int, int]
) -> None:
    for row, left, right in plan.spans(defect.along_mm, defect.along_mm + defect.length_mm):
        top = plan.line(row, defect.across_mm)
        bottom = plan.line(row, defect.across_mm + defect.width_mm)
        corners = zip(_at_least(left, right), _at_least(top, bottom), strict=True)
        first, last = corners
        cv2.rectangle(sheet, first, last, ink, -1)
        cv2.rectangle(sheet, first, last, TEXT, 1)


def _at_least(low: int, high: int) -> tuple[int, int]:
    """Enlarge an extent evenly at both ends to the size of the smallest mark."""
    missing = max(0, _MARK - 1 - (high - low))
    return low - missing // 2, high + missing - missing // 2
