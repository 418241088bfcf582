"""Figures as a page writes them."""

from __future__ import annotations

from collections.abc import Sequence

NOTHING = "–"
_SPACE = "\N{NO-BREAK SPACE}"


def percent(share: float | None) -> str:
    """A share from 0 to 1 as ``97.3 %``."""
    return NOTHING if share is None else f"{100 * share:.1f}{_SPACE}%"


def whole_percent(share: float) -> str:
    """A share that was chosen as ``5 %``."""
    return f"{100 * share:.0f}{_SPACE}%"


def percents(ends: Sequence[float] | None) -> str:
    """An interval of shares as ``96.1–98.2 %``."""
    return NOTHING if ends is None else f"{100 * ends[0]:.1f}–{100 * ends[1]:.1f}{_SPACE}%"


def points(share: float) -> str:
    """A difference of shares as ``+1.3``."""
    return f"{100 * share:+.1f}".replace("-", "−")


def number(value: float | None) -> str:
    """A figure that is no share, with four decimals."""
    return NOTHING if value is None else f"{value:.4f}"


def numbers(ends: Sequence[float] | None) -> str:
    """An interval of such figures."""
    return NOTHING if ends is None else f"{ends[0]:.4f}–{ends[1]:.4f}"


def p_value(value: float) -> str:
    """A p value with as many digits as mean something."""
    return "< 0.001" if value < 0.001 else f"{value:.3f}"
