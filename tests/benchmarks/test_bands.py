from __future__ import annotations

import numpy as np
import pytest

from benchmarks.bands import MOSAIC, shows_as_much, wide_frames
from benchmarks.conditions import under
from edge.core.images import write_image
from edge.core.rle import mask_to_runs
from tests.train.data.build import box, noise, sample
from train.augment.conditions import BLACK, with_strip_edge
from train.data.runs import bounding_box, column_runs
from train.data.sample import Instance, Sample

SIZE = (400, 128)


@pytest.mark.parametrize(
    ("x", "side", "wanted"),
    [
        (100, "left", False),
        (116, "left", True),  # 16 px of 100 stay
        (115, "left", False),
        (500, "left", True),
        (1450, "right", False),
        (100, "right", True),
    ],
)
def test_a_frame_is_judged_where_the_band_hides_none_of_its_classes(x, side, wanted):
    frame = sample(box(0, x, 5, 100, 50), size=(1600, 256))
    assert shows_as_much(frame, 200, side) is wanted


def test_hidden_defects_do_not_matter_where_their_class_is_seen_elsewhere():
    twice = sample(box(0, 0, 5, 100, 50), box(0, 800, 5, 9, 9), size=(1600, 256))
    other = sample(box(1, 0, 5, 100, 50), box(0, 800, 5, 9, 9), size=(1600, 256))
    assert shows_as_much(twice, 200, "left")
    assert not shows_as_much(other, 200, "left")
    assert shows_as_much(sample(size=(1600, 256)), 200, "left")


def strips(folder, clean=10, groups=4):
    """Clean strips, and two of each group with a masked defect."""
    mask = np.zeros(SIZE[::-1], np.bool_)
    mask[20:40, 350:390] = True
    runs = mask_to_runs(mask)
    defect = Instance(0, bounding_box(column_runs(runs, SIZE[1])), runs)
    made = []
    for i in range(clean + 2 * groups):
        path = folder / f"{i}.png"
        write_image(path, noise(*SIZE[::-1], seed=i) // 2 + (100 * mask if i >= clean else 0))
        shown, group = ((defect,), f"d{i // 2}") if i >= clean else ((), "c")
        made.append(Sample(path, *SIZE, shown, group, "val"))
    return made


def test_mosaics_are_half_clean_and_show_each_group_once(tmp_path):
    frames = wide_frames(strips(tmp_path))
    assert {(f.width, f.height) for f in frames} == {MOSAIC}
    assert [len(f.instances) for f in frames] == [1, 0] * 4
    assert len({f.group for f in frames}) == len({f.name for f in frames}) == 8
    assert [f.name for f in wide_frames(strips(tmp_path))] == [f.name for f in frames]


def test_labels_of_a_mosaic_lie_on_its_pixels(tmp_path):
    for frame in wide_frames(strips(tmp_path)):
        pixels = frame.read()
        assert pixels.shape == MOSAIC[::-1]
        drawn = pixels >= 100
        labelled = np.zeros_like(drawn)
        for instance in frame.instances:
            labelled |= instance.mask(*drawn.shape)
            x, y, w, h = instance.box
            assert drawn[y : y + h, x : x + w].all()
        assert (drawn & labelled).sum() == labelled.sum()


@pytest.mark.parametrize(
    "samples",
    [
        [sample(size=(400, 128))] * 7,
        [sample(size=(300, 128))] * 20,
        [sample(size=(400, 128)), sample(size=(200, 128))] * 10,
        [],
    ],
    ids=["too few", "does not fill", "sizes differ", "none"],
)
def test_where_no_frame_can_be_had_there_is_none(samples):
    assert wide_frames(samples) == []


def test_wide_frames_stand_for_themselves():
    frames = [sample(size=(1600, 256)), sample(size=(1000, 256)), sample(size=(400, 128))]
    assert wide_frames(frames) == frames[:2]


def test_what_is_done_to_a_sample_is_done_the_same_each_time(tmp_path):
    (strip, *_) = strips(tmp_path, clean=1, groups=0)
    noised = under(strip, lambda p, rng: p + rng.integers(0, 9, p.shape).astype(np.uint8))
    np.testing.assert_array_equal(noised.read(), noised.read())
    assert not np.array_equal(noised.read(), strip.read())
    dark = under(strip, lambda p, _: with_strip_edge(p, 30, "left"))
    assert (dark.read()[:, :30] == BLACK).all()
    assert (dark.name, dark.group, dark.instances) == (strip.name, strip.group, strip.instances)
