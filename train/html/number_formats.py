"""Number formats of all pages, registered as template filters."""

from __future__ import annotations

from collections.abc import Sequence

NOTHING = "–"
"""Printed for a missing value (null)."""

_SPACE = "\N{NO-BREAK SPACE}"


def percent(share: float | None) -> str:
    """A share from 0 to 1 as ``97.3 %``."""
    return NOTHING if share is None else f"{100 * share:.1f}{_SPACE}%"


def whole_percent(share: float | None) -> str:
    """A preset share as ``5 %``, without decimals."""
    return NOTHING if share is None else f"{100 * share:.0f}{_SPACE}%"


def percents(ends: Sequence[float] | None) -> str:
    """An interval of shares, as ``96.1–98.2 %``."""
    return NOTHING if ends is None else f"{100 * ends[0]:.1f}–{100 * ends[1]:.1f}{_SPACE}%"


def points(share: float | None, decimals: int = 1) -> str:
    """A difference of shares in percentage points, as ``+1.3``."""
    return NOTHING if share is None else f"{100 * share:+.{decimals}f}".replace("-", "−")


def points_range(ends: Sequence[float] | None) -> str:
    """An interval of differences in percentage points, as ``−0.4 to +1.3``."""
    return NOTHING if ends is None else f"{points(ends[0])} to {points(ends[1])}"


def number(value: float | None) -> str:
    """A number that is not a share, with four decimals."""
    return NOTHING if value is None else f"{value:.4f}"


def numbers(ends: Sequence[float] | None) -> str:
    """An interval of numbers with four decimals."""
    return NOTHING if ends is None else f"{ends[0]:.4f}–{ends[1]:.4f}"


def thousands(value: float | None) -> str:
    """A count, or a rounded measure, as ``12,568``."""
    return NOTHING if value is None else f"{value:,.0f}"


def counted(count: int, noun: str) -> str:
    """A count with its noun, as ``1 image`` or ``12,568 images``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def scientific(value: float | None) -> str:
    """A very small number as ``3.1e-05``."""
    return NOTHING if value is None else f"{value:.1e}"


def p_value(value: float) -> str:
    """A p-value; values under 0.001 are written as ``< 0.001``."""
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


FILTERS = {
    word.__name__: word
    for word in (
        percent,
        whole_percent,
        percents,
        points,
        points_range,
        number,
        numbers,
        thousands,
        counted,
        scientific,
        p_value,
    )
}
