"""The bank holds every kind, finds the stamp that fits, and pastes like drawing does."""

from __future__ import annotations

import numpy as np
import pytest

from edge.simulator.bank import (
    LARGEST_STAMP,
    NUISANCE_STAMPS,
    STAMPS_PER_CLASS,
    StampBank,
    Variant,
    paste,
)
from edge.simulator.defect_layout import PlannedDefect
from edge.simulator.stamp import lay, make_stamp

AS_DRAWN = Variant(1.0, False, False)


@pytest.fixture(scope="module")
def bank(sheets):
    full = StampBank(np.random.default_rng(2), sheets, 256, 800)
    for _ in full.fill():
        pass
    return full


def test_a_bank_is_ready_after_one_round_and_full_in_the_end(sheets, bank):
    begun = StampBank(np.random.default_rng(2), sheets, 256, 800)
    steps = begun.fill()
    for _ in range(len(STAMPS_PER_CLASS) + len(NUISANCE_STAMPS)):
        assert not begun.ready
        next(steps)
    assert begun.ready
    assert {c: len(stamps) for c, stamps in bank.defects.items()} == STAMPS_PER_CLASS
    assert {n: len(stamps) for n, stamps in bank.nuisances.items()} == NUISANCE_STAMPS
    assert 0 < begun.nbytes < bank.nbytes < 16 * 2**20


def test_defects_are_small_enough_to_paste_quickly(bank):
    for stamps in bank.defects.values():
        assert all(stamp.gain.size <= LARGEST_STAMP for stamp in stamps)


def test_a_stamp_of_about_the_planned_size_is_chosen(bank, rng):
    small = PlannedDefect(3, 0, 0, 20, 20, 0.8)
    tall = PlannedDefect(3, 0, 0, 256, 20, 0.8)
    heights = [
        np.mean([bank.nearest(rng, plan).shape[0] for _ in range(20)]) for plan in (small, tall)
    ]
    assert heights[0] < 80
    assert heights[1] > 150


@pytest.mark.parametrize(("top", "left"), [(3, 4), (-5, -2), (25, 35), (-90, 0), (0, 90)])
def test_pasting_does_what_laying_does(rng, top, left):
    stamp = make_stamp(rng.uniform(0.2, 1.2, (12, 9)), rng.uniform(-20, 90, (12, 9)))
    pixels = rng.integers(0, 255, (30, 40)).astype(np.uint8)
    surface = pixels.astype(np.float32)
    lay(surface, stamp, top, left)
    paste(pixels, stamp, top, left, AS_DRAWN)
    assert np.abs(np.clip(surface, 0, 255) - pixels).max() <= 1.0


def test_variants_mirror_and_weaken(rng):
    stamp = make_stamp(np.ones((4, 6)), np.arange(24.0).reshape(4, 6))
    frames = {}
    for variant in (AS_DRAWN, Variant(1.0, True, True), Variant(0.5, False, False)):
        pixels = np.full((4, 6), 100, dtype=np.uint8)
        paste(pixels, stamp, 0, 0, variant)
        frames[variant] = pixels.astype(int)
    plain, mirrored, weak = frames.values()
    assert np.array_equal(mirrored, plain[::-1, ::-1])
    assert np.abs((weak - 100) * 2 - (plain - 100)).max() <= 2
