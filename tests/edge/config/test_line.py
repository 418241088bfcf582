"""``[line]``: its defaults are those of the command, and what cannot be is refused."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from edge.config.line import LineConfig


def test_one_pixel_s_size_stands_for_both_unless_they_differ():
    assert (LineConfig(mm_per_px=0.4).along_mm, LineConfig(mm_per_px=0.4).across_mm) == (0.4, 0.4)
    config = LineConfig(mm_per_px=0.4, mm_per_line=0.3, mm_per_px_across=0.2)
    assert (config.along_mm, config.across_mm) == (0.3, 0.2)


@pytest.mark.parametrize(
    "settings",
    [
        {"speed_m_s": 0},
        {"speed_m_s": float("inf")},
        {"mm_per_px": -1},
        {"budget_ms": 0},
        {"ring_frames": 0},
        {"arrears_frames": 0},
        {"order": "oldest"},
        {"speed": 5},
    ],
)
def test_what_cannot_be_is_refused(settings):
    with pytest.raises(ValidationError):
        LineConfig(**settings)
