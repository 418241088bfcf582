"""The time that the verdict on a frame may take."""

from __future__ import annotations

LONGEST_S = 60.0
"""No verdict may take longer, however slowly the strip runs."""


def period_s(lines: int, mm_per_line: float, speed_m_s: float) -> float:
    """Seconds that the strip takes to pass by a frame of ``lines`` lines.

    256 lines of 0.5 mm at 5 m/s are 0.0256 s.
    """
    return lines * mm_per_line / (speed_m_s * 1000.0)


def verdict_s(
    lines: int, mm_per_line: float, speed_m_s: float, budget_s: float | None = None
) -> float:
    """Seconds that the verdict on a frame may take after its last line: the budget, or the period.

    While the strip stands or creeps it is ``LONGEST_S``.
    """
    if budget_s is not None:
        return budget_s
    if speed_m_s * 1000.0 * LONGEST_S <= lines * mm_per_line:
        return LONGEST_S
    return period_s(lines, mm_per_line, speed_m_s)
