import numpy as np
import pytest

from edge.core.errors import DataError, MissingPathError
from edge.core.images import write_image
from tests.train.instances.frames import HEIGHT, WIDTH, data_of, instance, sample
from train.data.sample import Instance, Sample
from train.instances.scenes import (
    Frames,
    Shares,
    draw_windows,
    make_scene,
    make_scenes,
    spread,
)


def test_a_mask_gives_its_own_box():
    drawn = instance((10, 8, 20, 16), 1)
    loose = Instance(1, (0.0, 0.0, 60.0, 60.0), drawn.runs)
    scene = make_scene(sample(loose))
    assert scene.boxes.tolist() == [[10, 8, 30, 24]]
    assert scene.classes.tolist() == [2]
    np.testing.assert_array_equal(scene.masks[0], np.full((16, 20), 255))


def test_a_box_alone_is_clipped_to_the_frame_and_has_no_mask():
    scene = make_scene(sample(Instance(0, (-5.0, 60.5, 15.0, 20.0))))
    assert scene.boxes.tolist() == [[0, 60.5, 10, HEIGHT]]
    assert scene.masks == (None,)


@pytest.mark.parametrize(
    "nothing",
    [
        Instance(0, (5.0, 5.0, 4.0, 4.0), np.zeros((0, 2), np.int64)),
        Instance(0, (WIDTH + 1.0, 5.0, 4.0, 4.0)),
        Instance(0, (5.0, 5.0, 0.0, 4.0)),
        Instance(0, (5.0, float("nan"), 4.0, 4.0)),
    ],
    ids=["mask without pixels", "outside the frame", "without area", "no number"],
)
def test_what_shows_no_pixel_is_left_out(nothing):
    scene = make_scene(sample(nothing, instance((4, 4, 8, 8))))
    assert scene.boxes.tolist() == [[4, 4, 12, 12]]
    assert make_scene(sample(nothing)).boxes.shape == (0, 4)


def test_a_split_without_defects_or_frames_is_refused():
    clean, marked = sample(name="a"), sample(instance((4, 4, 8, 8)), name="b")
    with pytest.raises(DataError, match="no val images to validate on"):
        make_scenes(data_of(marked), "val")
    with pytest.raises(DataError, match=r"no train image .* has a defect with a box or a mask"):
        make_scenes(data_of(clean, clean), "train")
    assert [s.sample.name for s in make_scenes(data_of(clean, marked), "train")] == ["a", "b"]


def test_spread_takes_evenly():
    assert spread("abcdefghi", 3) == ["a", "e", "i"]
    assert spread("abc", None) == spread("abc", 5) == ["a", "b", "c"]


def test_frames_are_kept_as_long_as_there_is_room(tmp_path):
    samples = []
    for i in range(3):
        path = tmp_path / f"{i}.png"
        write_image(path, np.full((32, 32), i, np.uint8))
        samples.append(Sample(path, 32, 32, (), str(i), "train"))
    read = []
    frames = Frames(samples, mib=2.5 * 32 * 32 / 2**20, advance=lambda: read.append(1))
    assert len(read) == 2
    samples[2].path.unlink()
    assert [int(frames[i][0, 0]) for i in (0, 1)] == [0, 1]
    with pytest.raises(MissingPathError):
        frames[2]


@pytest.fixture
def mixed():
    """Nine frames of a common class, one of a rare one with five defects, and ten clean ones."""
    common = [make_scene(sample(instance((4, 4, 8, 8)))) for _ in range(9)]
    rare = make_scene(sample(*(instance((4 + 12 * i, 4, 8, 8), 1) for i in range(5))))
    return [*common, rare, *(make_scene(sample()) for _ in range(10))]


def test_windows_are_of_clean_frames_and_of_defects_in_the_stated_shares(mixed):
    draws = draw_windows(mixed, 200, Shares(clean=0.25, balance=1.0), np.random.default_rng(0))
    frames, kept = draws.T
    assert (frames >= 10).sum() == 50
    assert (kept[frames >= 10] == -1).all()
    assert (frames < 9).sum() == (frames == 9).sum() == 75
    assert set(kept[frames == 9]) == set(range(5))
    assert (np.bincount(frames[frames >= 10])[10:] == 5).all()


def test_a_frame_with_many_defects_of_a_class_comes_no_more_often(mixed):
    draws = draw_windows(mixed, 100, Shares(clean=0.0, balance=0.0), np.random.default_rng(0))
    assert (draws[:, 0] == 9).sum() == 10


def test_without_clean_frames_every_window_keeps_a_defect(mixed):
    draws = draw_windows(mixed[:10], 40, Shares(), np.random.default_rng(0))
    assert (draws[:, 1] >= 0).all()
