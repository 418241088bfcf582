"""The time allowed for the verdict on a frame."""

from __future__ import annotations

LONGEST_S = 60.0
"""Upper limit in seconds for any verdict, at any strip speed."""


def period_s(lines: int, mm_per_line: float, speed_m_s: float) -> float:
    """Seconds in which the strip moves by one frame of ``lines`` lines.

    >>> period_s(256, 0.5, 5.0)
    0.0256
    """
    return lines * mm_per_line / (speed_m_s * 1000.0)


def verdict_s(
    lines: int, mm_per_line: float, speed_m_s: float, budget_s: float | None = None
) -> float:
    """Seconds from a frame's last line to its deadline: the budget if given, else the period.

    Without a budget it is at most ``LONGEST_S``, which applies while the strip stands or creeps.
    """
    if budget_s is not None:
        return budget_s
    if speed_m_s * 1000.0 * LONGEST_S <= lines * mm_per_line:
        return LONGEST_S
    return period_s(lines, mm_per_line, speed_m_s)
