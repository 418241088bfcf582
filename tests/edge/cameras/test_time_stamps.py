"""Lost frames by the time stamps of those that came."""

from __future__ import annotations

import pytest

from edge.cameras.time_stamps import TimeStamps


@pytest.mark.parametrize(
    ("periods", "lost"),
    [
        ([1] * 10, [0] * 10),
        ([1] * 9 + [3], [0] * 9 + [2]),
        ([1] * 9 + [1.4, 1.6, 1], [0] * 10 + [1, 0]),
        ([1, 1, 5, 1], [0] * 4),
        ([1] * 9 + [-4, 1, 1], [0] * 12),
    ],
)
def test_losses_by_time_stamps(periods, lost):
    stamps, now = TimeStamps(), 0.0
    stamps.lost_before(now)
    found = []
    for period in periods:
        now += 0.02 * period
        found.append(stamps.lost_before(now))
    assert found == lost


def test_a_camera_that_changes_its_rate_has_lost_nothing_in_the_end():
    stamps = TimeStamps()
    found = [stamps.lost_before(0.02 * n) for n in range(40)]
    found += [stamps.lost_before(0.8 + 0.06 * n) for n in range(40)]
    assert sum(found[:40]) == 0
    assert sum(found[60:]) == 0
