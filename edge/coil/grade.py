"""The grade of a coil: figures about its inspected strip and its defects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from edge.coil.stretch import Stretch
from edge.core.coil_defect import CoilDefect
from edge.core.coverage import Coverage
from edge.core.inspection import UNCLASSIFIED, Level

_PER_MM = 100_000.0
"""Rates are per 100 m."""


class Grade:
    """Sums over a coil's strip and defects, in a fixed amount of memory.

    Args:
        coil: Name of the coil; empty if none is known.

    Attributes:
        coverage: Its strip by inspection level.
    """

    def __init__(self, coil: str = "") -> None:
        self.coil = coil
        self.coverage = Coverage()
        self._classes: dict[str, _ClassFigures] = {}
        self._actions: Counter[str] = Counter()

    def add_defect(self, defect: CoilDefect) -> None:
        """Count a defect with its whole extent."""
        self._classes.setdefault(defect.class_name, _ClassFigures()).add(defect)
        if defect.action:
            self._actions[defect.action] += 1

    def count(self, class_name: str) -> int:
        """Number of defects of a class."""
        figures = self._classes.get(class_name)
        return figures.count if figures else 0

    @property
    def defects(self) -> int:
        """Number of defects."""
        return sum(figures.count for figures in self._classes.values())

    def as_json(self) -> dict[str, Any]:
        """JSON values with the keys documented in docs/json.md.

        Rates are per 100 m of strip with a verdict, because uninspected strip must not make a coil
        look cleaner. They are null if nothing was inspected.
        """
        strip = self.coverage
        passed, inspected = strip.passed_mm, strip.inspected_mm
        return {
            "coil": self.coil or None,
            "passed_mm": round(passed, 3),
            "inspected_mm": round(inspected, 3),
            "coverage": {
                level.value: {
                    "mm": round(strip.mm(level), 3),
                    "share": round(strip.share(level), 6),
                }
                for level in Level
            },
            "uninspected_by_cause": strip.causes_as_json(),
            "defects": self.defects,
            "per_100_m": _rate(self.defects, inspected),
            "classes": {
                name or UNCLASSIFIED: {
                    "defects": figures.count,
                    "per_100_m": _rate(figures.count, inspected),
                    "longest_mm": round(figures.longest_mm, 3),
                    "area_mm2": round(figures.area_mm2, 3),
                }
                for name, figures in sorted(self._classes.items())
            },
            "actions": dict(self._actions),
        }

    def headline(self) -> str:
        """The main figures in one line, for people."""
        passed, inspected = self.coverage.passed_mm, self.coverage.inspected_mm
        share = inspected / passed if passed else 0.0
        found = f"{self.defects} defect{'' if self.defects == 1 else 's'}"
        rate = f" ({self.defects * _PER_MM / inspected:.1f} per 100 m)" if inspected else ""
        return f"{passed / 1000:.1f} m, {_floored(share)} inspected, {found}{rate}"


class _ClassFigures:
    def __init__(self) -> None:
        self.count = 0
        self.longest_mm = 0.0
        self.area_mm2 = 0.0

    def add(self, defect: CoilDefect) -> None:
        self.count += 1
        self.longest_mm = max(self.longest_mm, defect.length_mm)
        self.area_mm2 += defect.area_mm2


def grade(coil: str, defects: Iterable[CoilDefect], stretches: Iterable[Stretch]) -> Grade:
    """The grade of a recorded coil.

    Args:
        coil: Its name.
        defects: All its defects.
        stretches: All its strip.
    """
    figures = Grade(coil)
    for stretch in stretches:
        figures.coverage.add_strip(stretch.length_mm, stretch.level, stretch.cause)
    for defect in defects:
        figures.add_defect(defect)
    return figures


def _rate(count: int, inspected_mm: float) -> float | None:
    return round(count * _PER_MM / inspected_mm, 3) if inspected_mm else None


def _floored(share: float) -> str:
    """A share in per cent, rounded down: 100 % appears only if nothing is missing."""
    return f"{int(share * 1000) / 10:g} %"
