"""What a stream kept while it was opened is told from what comes in its own time."""

from __future__ import annotations

import pytest

from edge.cameras.backlog import Backlog


@pytest.mark.parametrize(
    ("fps", "waits", "over"),
    [
        (25.0, [0.002, 0.004, 0.040, 0.001], [False, False, False, True, True]),
        (100.0, [0.006], [False, True]),
        (0.0, [0.010, 0.030], [False, False, True]),
        (90_000.0, [0.010, 0.030], [False, False, True]),
        (25.0, [0.019] * 200, [False] * 158 + [True] * 43),
    ],
)
def test_when_it_is_over(fps, waits, over):
    backlog, now = Backlog(fps), 50.0
    found = [backlog.over(now)]
    for wait in waits:
        now += wait
        found.append(backlog.over(now))
    assert found == over
