"""A few hundred bundles of signed nonsense; thousands with ``benchmarks.bundle_fuzz``."""

from __future__ import annotations

import random

import pytest

from benchmarks.bundle_nonsense import (
    HELD,
    MAY_HOLD,
    NONSENSE,
    REFUSED,
    fate,
    nonsense,
    packed,
    sample,
)

WHOLE = sample()


def test_the_bundle_itself_scores_as_it_says() -> None:
    assert fate(packed(*WHOLE)) == HELD


@pytest.mark.parametrize("way", NONSENSE)
def test_signed_nonsense_is_refused_or_scores_as_it_says(way: str) -> None:
    rng = random.Random(way)
    ends = {fate(nonsense(rng, WHOLE, way)[1]) for _ in range(25)}
    assert ends <= ({REFUSED, HELD} if way in MAY_HOLD else {REFUSED})
    assert REFUSED in ends
