"""Each class leaves its ink within its outline, and more of it the more visible it is."""

from __future__ import annotations

import numpy as np
import pytest

from edge.simulator.defects.cracks import draw_cracks
from edge.simulator.defects.pitting import draw_pitting
from edge.simulator.defects.scale import draw_scale
from edge.simulator.defects.scratches import choose_flaw, draw_scratches
from edge.simulator.outline import draw_outline

FLAWS = ("arc", "lines", "slivers", "smudge", "dotted", "rubbed")


def flaw_drawer(flaw):
    return lambda rng, sheets, outline, visible: draw_scratches(rng, sheets, outline, visible, flaw)


CASES = {
    "pitting": (draw_pitting, (44, 26)),
    "cracks": (draw_cracks, (170, 19)),
    "scale": (draw_scale, (99, 126)),
    **{flaw: (flaw_drawer(flaw), (30, 200) if flaw == "arc" else (159, 40)) for flaw in FLAWS},
}


def change(stamp):
    """Grey levels by which a stamp changes even strip of 100."""
    glow = 0.0 if stamp.glow is None else stamp.glow
    return np.abs(100.0 * (stamp.gain - 1.0) + glow)


@pytest.mark.parametrize("kind", list(CASES))
def test_ink_lies_within_the_outline(rng, sheets, kind):
    draw, size = CASES[kind]
    inside, outside = [], []
    for _ in range(20):
        outline = draw_outline(rng, *size, 0.7)
        stamp = draw(rng, sheets, outline, 0.8)
        assert np.array_equal(stamp.mask, outline.astype(bool))
        assert stamp.gain.min() >= 0.0
        inside.append(change(stamp)[stamp.mask].mean())
        outside.append(change(stamp)[~stamp.mask].mean())
    assert np.mean(inside) > 1.0
    assert np.mean(inside) > 4.0 * np.mean(outside)


@pytest.mark.parametrize("kind", list(CASES))
def test_contrast_grows_with_visibility(sheets, kind):
    draw, size = CASES[kind]
    means = []
    for visible in (0.35, 1.0):
        rng = np.random.default_rng(6)
        stamps = [draw(rng, sheets, draw_outline(rng, *size, 0.8), visible) for _ in range(10)]
        means.append(np.mean([change(stamp).mean() for stamp in stamps]))
    assert means[1] > 1.5 * means[0]


@pytest.mark.parametrize("size", [(4, 4), (4, 256), (256, 4), (5, 90)])
@pytest.mark.parametrize("kind", list(CASES))
def test_the_smallest_and_slimmest_objects_can_be_drawn(rng, sheets, kind, size):
    stamp = CASES[kind][0](rng, sheets, draw_outline(rng, *size, 0.9), 0.7)
    assert stamp.shape == size
    assert np.isfinite(stamp.gain).all()


@pytest.mark.parametrize(("size", "usual"), [((256, 20), "lines"), ((30, 300), "arc")])
def test_flaws_suit_their_size(rng, size, usual):
    flaws = [choose_flaw(rng, *size) for _ in range(300)]
    assert max(set(flaws), key=flaws.count) == usual
    assert set(flaws) <= set(FLAWS)
