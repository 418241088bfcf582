from dataclasses import replace

import numpy as np
import pytest

from tests.train.instances.frames import instance, sample
from train.augment.tiles import NEVER, augmented
from train.instances.augment import APPEARANCE, NO_MOVES, Moves, draw_view
from train.instances.scenes import make_scene
from train.instances.views import visible_defects


@pytest.mark.parametrize(
    ("frame", "box"),
    [
        ((96, 64), (70, 50, 6, 6)),
        ((96, 64), (0, 0, 96, 3)),
        ((20, 16), (12, 2, 8, 14)),
        ((400, 32), (10, 4, 380, 20)),
    ],
    ids=["larger frame", "longer than the window", "smaller frame", "wide frame"],
)
@pytest.mark.parametrize("how", [Moves(), NO_MOVES], ids=["moved", "still"])
def test_a_window_keeps_its_defect(frame, box, how):
    rng = np.random.default_rng(0)
    scene = make_scene(sample(instance(box, size=frame), size=frame))
    keep = tuple(scene.boxes[0].tolist())
    for _ in range(200):
        assert len(visible_defects(scene, draw_view(frame, (32, 32), keep, how, rng), 4).boxes) == 1


def test_still_windows_lie_within_the_frame_at_whole_pixels():
    rng = np.random.default_rng(0)
    starts = np.array(
        [draw_view((96, 64), (32, 16), None, NO_MOVES, rng).start for _ in range(300)]
    )
    np.testing.assert_array_equal(starts, np.rint(starts))
    assert starts.min(axis=0).tolist() == [0, 0]
    assert starts.max(axis=0).tolist() == [64, 48]


def test_every_move_is_drawn_and_stays_within_its_bounds():
    rng = np.random.default_rng(1)
    views = [draw_view((96, 64), (32, 16), None, Moves(), rng) for _ in range(500)]
    zooms = np.array([v.zoom for v in views])
    zoomed = zooms[(zooms != 1).any(axis=1)]
    assert 0.4 < len(zoomed) / len(zooms) < 0.6
    scale = np.sqrt(zoomed.prod(axis=1))
    assert 0.8 <= scale.min() < 0.85
    assert 1.2 < scale.max() <= 1.25
    ratio = zoomed[:, 0] / zoomed[:, 1]
    assert 0.9 <= ratio.min() < 0.93
    assert 1.07 < ratio.max() <= 1.1 + 1e-9
    assert {v.flip for v in views} == {(a, b) for a in (True, False) for b in (True, False)}
    with_edge = [v for v in views if v.slant is not None]
    assert 0.06 < len(with_edge) / len(views) < 0.2
    assert any(v.left > 0 for v in with_edge)
    assert any(v.right > 0 for v in with_edge)


def test_looks_leave_every_pixel_where_it_is():
    only_light = replace(APPEARANCE, dust=NEVER, defocus=NEVER, motion=NEVER, jpeg=NEVER, noise=0.0)
    images = np.zeros((8, 16, 24), np.uint8)
    images[:, 3:7, 5:20] = 100
    out = augmented(images, np.random.default_rng(0), only_light)
    for image in out[..., 0]:
        assert len(np.unique(image)) == 2
        np.testing.assert_array_equal(image == image[3, 5], images[0] == 100)
