"""The instance model from pixels to defects, with engines that find bright rectangles."""

from __future__ import annotations

import numpy as np
import pytest

from edge.core.errors import EngineError, NotFiniteError
from edge.vision.engines.quantized import Quantized
from edge.vision.instances.rules import ClassRule, by_rules
from edge.vision.models.instances import InstanceModel
from tests.edge.vision.instances.fakes import (
    ANCHORS,
    CHANNELS,
    CLASSES,
    GREY,
    WHITE,
    BrightBoxHead,
    BrightMaskHead,
    BrightPyramid,
    FakeEngine,
)

WIDE, NARROW = (512, 128), (128, 128)


def model(*, masks=True, rois=16, windows=(WIDE, NARROW), rules=None, **heads) -> InstanceModel:
    return InstanceModel(
        {(w, h): BrightPyramid((1, h, w, 1)) for w, h in windows},
        heads.get("box_head", BrightBoxHead((16, 14, 14, CHANNELS))),
        heads.get("mask_head", BrightMaskHead((8, 14, 14, CHANNELS)) if masks else None),
        classes=CLASSES,
        anchors=ANCHORS,
        rules=rules or (ClassRule(0.5, 4), ClassRule(0.5, 4)),
        rois=rois,
    )


def strip(*spots, height=128, width=512) -> np.ndarray:
    """A black frame with bright rectangles (x, y, width, height, level)."""
    pixels = np.zeros((height, width), np.uint8)
    for x, y, w, h, level in spots:
        pixels[y : y + h, x : x + w] = level
    return pixels


def told(found) -> list[tuple[int, tuple[int, int, int, int]]]:
    return sorted((f.class_index, f.piece) for f in found)


PIT, PATCH, SCRATCH = (40, 30, 16, 16, GREY), (200, 40, 60, 48, WHITE), (400, 8, 12, 112, GREY)


@pytest.mark.parametrize("masks", [True, False])
def test_every_defect_is_found_with_its_class_and_place(masks):
    found = model(masks=masks).find(strip(PIT, PATCH, SCRATCH))
    classes, pieces = zip(*told(found), strict=True)
    assert classes == (0, 0, 1)
    for piece, spot in zip(pieces, (PIT, SCRATCH, PATCH), strict=True):
        assert np.abs(np.subtract(piece, spot[:4])).max() <= (4 if masks else 1)
    assert all((f.mask is not None) is masks and f.score > 0.9 for f in found)


def test_masks_are_those_of_the_pixels():
    (found,) = model().find(strip(PATCH))
    drawn, truth = found.drawn((0, 0, 512, 128)), strip(PATCH) > 0
    assert (drawn & truth).sum() / (drawn | truth).sum() > 0.85
    assert found.area_px == drawn.sum()


def test_a_clean_frame_has_none_and_the_heads_are_left_alone():
    instances = model()
    assert instances.find(strip()) == []
    assert instances.mask_head.calls == 0
    assert instances.find(strip(PIT), suspicious=[]) == []


def test_only_what_is_suspicious_is_looked_at():
    instances = model()
    found = instances.find(strip(PIT, SCRATCH), suspicious=[(30, 20, 40, 40)])
    assert told(found) == told(model().find(strip(PIT)))
    assert instances.pyramids[WIDE].calls == 0 and instances.pyramids[NARROW].calls == 1


def test_places_are_the_frames_wherever_the_window_lies():
    for x in (60, 250, 484):
        spot = (x, 90, 20, 30, WHITE)
        (found,) = model(windows=[NARROW]).find(strip(spot), suspicious=[(x - 4, 86, 28, 38)])
        assert np.abs(np.subtract(found.piece, spot[:4])).max() <= 3


def test_a_defect_across_windows_is_one():
    scratch = (20, 60, 470, 14, GREY)
    instances = model(windows=[NARROW])
    (found,) = instances.find(strip(scratch))
    assert instances.pyramids[NARROW].calls > 3
    assert np.abs(np.subtract(found.piece, scratch[:4])).max() <= 6


@pytest.mark.parametrize(("width", "height"), [(100, 60), (40, 128), (30, 30), (3, 2)])
def test_a_frame_smaller_than_a_window(width, height):
    pixels = strip((width // 2, height // 2, width, height, WHITE), width=width, height=height)
    for found in model().find(pixels):
        x, y, w, h = found.piece
        assert x >= 0 and y >= 0 and x + w <= width and y + h <= height
        assert max(found.box[0::2]) <= width and max(found.box[1::2]) <= height
    if width > 30:
        (found,) = model().find(pixels)
        wanted = (width // 2, height // 2, width - width // 2, height - height // 2)
        assert np.abs(np.subtract(found.piece, wanted)).max() <= 4


@pytest.mark.parametrize(
    "region", [(0, 0, 5, 5), (507, 123, 5, 5), (-40, -40, 60, 60), (500, 0, 99, 9)]
)
def test_suspicious_regions_at_borders(region):
    corners = [(0, 0, 16, 16, WHITE), (496, 112, 16, 16, WHITE), (496, 0, 16, 16, WHITE)]
    assert len(model().find(strip(*corners), suspicious=[region])) >= 1


def test_rules_are_each_classs_own():
    pixels = strip(PIT, PATCH)
    assert told(model(rules=(ClassRule(0.5, 4), ClassRule(1.0, 4))).find(pixels))[0][0] == 0
    assert [
        f.class_index for f in model(rules=(ClassRule(0.5, 999), ClassRule(0.5, 4))).find(pixels)
    ] == [1]


def test_find_is_the_candidates_by_the_rules():
    pixels = strip(PIT, PATCH, SCRATCH, (60, 46, 16, 16, GREY))
    instances = model()
    found = instances.find(pixels)
    assert told(found) == told(by_rules(instances.candidates(pixels), instances.rules))
    scores = [f.score for f in instances.candidates(pixels)]
    assert scores == sorted(scores, reverse=True) and min(scores) >= 0.05
    assert len(instances.candidates(pixels, score=0.0)) > len(scores)


def test_time_is_told_for_engines_and_host():
    instances = model()
    instances.find(strip(PIT))
    assert instances.engine_ms > 0 and instances.host_ms > 0


class Noise(FakeEngine):
    """Outputs of the right shapes that mean nothing."""

    def __init__(self, input_shape, shapes, values) -> None:
        super().__init__(input_shape)
        self.shapes, self.values = shapes, values

    def outputs(self, inputs):
        rng = np.random.default_rng(self.calls)
        return [Quantized(rng.choice(np.float32(self.values), shape)) for shape in self.shapes]


def noisy(values, rois=1000) -> InstanceModel:
    width, height = NARROW
    shapes = [
        (1, height // s, width // s, depth)
        for s, k in zip((4, 8, 16), ANCHORS.per_level, strict=True)
        for depth in (CHANNELS, k, 4 * k)
    ]
    heads = {
        "box_head": Noise((64, 14, 14, CHANNELS), [(64, len(CLASSES) + 5)], values),
        "mask_head": Noise((8, 14, 14, CHANNELS), [(8, 28, 28, len(CLASSES))], values),
    }
    instances = model(windows=[NARROW], rois=rois, **heads)
    instances.pyramids[NARROW] = Noise((1, height, width, 1), shapes, values)
    return instances


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(
    "values",
    [(-3, -1, 0, 1, 2), (0,), (-1e30, 1e30)],
    ids=str,
)
def test_whatever_the_networks_say_there_is_no_crash_and_no_number_that_is_none(values):
    pixels = strip(width=200, height=100)
    instances = noisy(values)
    for found in (instances.candidates(pixels), instances.find(pixels)):
        assert len(found) <= 100
        for f in found:
            x1, y1, x2, y2 = f.box
            assert 0 <= x1 < x2 <= 200 and 0 <= y1 < y2 <= 100
            assert 0 <= f.score <= 1
            assert f.mask.shape == (f.piece[3], f.piece[2])


@pytest.mark.parametrize("values", [(np.nan,), (np.nan, -2, 3), (np.inf, -np.inf, 1)], ids=str)
def test_what_is_no_finite_number_is_refused_at_the_engine(values):
    with pytest.raises(NotFiniteError):
        noisy(values).find(strip(width=200, height=100))


def test_a_thousand_proposals_leave_a_hundred_candidates():
    instances = noisy((-3, -1, 0, 1, 2))
    found = instances.candidates(strip(width=128), score=0.01)
    assert len(found) == 100 and instances.box_head.calls > 3


@pytest.mark.parametrize(
    ("head", "shape", "says"),
    [
        ("box_head", (64, len(CLASSES) + 4), "box head gives 6 numbers"),
        ("mask_head", (8, 28, 28, 5), "mask head knows 5 classes, not 2"),
    ],
)
def test_a_head_of_another_model_is_named(head, shape, says):
    instances = noisy((-1, 0, 1))
    getattr(instances, head).shapes = [shape]
    with pytest.raises(EngineError, match=says):
        instances.candidates(strip(width=128))
