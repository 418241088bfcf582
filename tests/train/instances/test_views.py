import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.train.instances.frames import HEIGHT, WIDTH, instance, sample
from train.instances.scenes import make_scene
from train.instances.views import WindowView, visible_defects

SIZE = (32, 16)


def cut(view, pixels):
    out = np.empty(view.size[::-1], np.uint8)
    view.cut(pixels, out)
    return out


@pytest.fixture
def frame():
    return np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH), dtype=np.uint8)


@pytest.mark.parametrize("across", [False, True])
@pytest.mark.parametrize("along", [False, True])
def test_at_its_own_scale_a_window_holds_the_frames_pixels(frame, across, along):
    window = cut(WindowView(SIZE, (10, 20), flip=(across, along)), frame)
    part = frame[20:36, 10:42]
    np.testing.assert_array_equal(window, part[:: -1 if along else 1, :: -1 if across else 1])


def test_past_the_frame_its_border_is_repeated(frame):
    window = cut(WindowView((WIDTH + 16, HEIGHT + 16), (0, 0)), frame)
    np.testing.assert_array_equal(window, np.pad(frame, ((0, 16), (0, 16)), mode="edge"))


def test_boxes_and_masks_move_with_the_pixels():
    scene = make_scene(sample(instance((12, 24, 6, 5))))
    seen = visible_defects(scene, WindowView(SIZE, (10, 20), flip=(True, False)), 4)
    assert seen.boxes.tolist() == [[24, 4, 30, 9]]
    drawn = np.zeros((16, 32), np.uint8)
    drawn[4:9, 24:30] = 1
    np.testing.assert_array_equal(seen.masks[0], drawn)
    twice = visible_defects(scene, WindowView(SIZE, (10, 20), zoom=(2.0, 1.0)), 4)
    assert twice.boxes.tolist() == [[4, 4, 16, 9]]


def test_the_strips_edge_squeezes_what_is_seen_and_hides_the_rest(frame):
    scene = make_scene(sample(instance((10, 20, 32, 16)), instance((0, 20, 12, 16), 1)))
    view = WindowView(SIZE, (10, 20), left=8, slant=0.0)
    seen = visible_defects(scene, view, 4)
    assert seen.boxes.tolist() == [[8, 0, 32, 16]]
    assert not seen.masks[0, :, :8].any()
    assert cut(view, frame)[:, :8].max() < 16


@pytest.mark.parametrize(
    ("box", "left"),
    [
        ((4, 24, 10, 8), True),  # 4 of 10 columns
        ((0, 24, 12, 8), False),  # 2 of 12
        ((0, 22, 26, 8), True),  # 16 px of 26
        ((40, 20, 50, 2), False),  # 2 of 50
        ((41, 20, 3, 2), False),  # a third, but two pixels
        ((0, 0, WIDTH, HEIGHT), True),  # 16 px of each
        ((60, 40, 20, 10), False),  # nothing
    ],
)
@pytest.mark.parametrize("mask", [True, False])
def test_a_defect_counts_where_enough_of_it_is_left(box, left, mask):
    scene = make_scene(sample(instance(box, mask=mask)))
    seen = visible_defects(scene, WindowView(SIZE, (10, 20)), 4)
    assert len(seen.boxes) == left
    assert seen.has_mask.tolist() == [mask] * left
    assert seen.masks.any() == (mask and left)


def test_of_too_many_the_largest_are_taken():
    scene = make_scene(sample(*(instance((10 + 6 * i, 20, 1 + i, 4)) for i in range(5))))
    seen = visible_defects(scene, WindowView(SIZE, (10, 20)), 2)
    assert (seen.boxes[:, 2] - seen.boxes[:, 0]).tolist() == [5, 4]


def test_the_box_is_that_of_the_mask_within_the_window():
    mask = instance((12, 24, 6, 6))
    hook = instance((17, 29, 20, 1))
    both = np.concatenate([mask.runs, hook.runs[1:]])
    scene = make_scene(sample(type(mask)(0, (12.0, 24.0, 25.0, 6.0), both)))
    (box,) = visible_defects(scene, WindowView((16, 8), (10, 24)), 4).boxes.tolist()
    assert box == [2, 0, 16, 6]


sizes = st.integers(1, 40)


@given(
    x=st.integers(0, 55),
    y=st.integers(0, 23),
    w=sizes,
    h=sizes,
    start=st.tuples(st.floats(-20, 90), st.floats(-20, 60)),
    zoom=st.tuples(st.floats(0.5, 2), st.floats(0.5, 2)),
    flip=st.tuples(st.booleans(), st.booleans()),
    left=st.integers(-2, 6),
)
def test_whatever_the_view_a_box_bounds_its_mask_and_stays_in_the_window(
    x, y, w, h, start, zoom, flip, left
):
    scene = make_scene(sample(instance((x, y, w, h))))
    view = WindowView(SIZE, start, zoom, flip, left=left, slant=0.0)
    seen = visible_defects(scene, view, 4)
    for (x1, y1, x2, y2), mask in zip(seen.boxes.tolist(), seen.masks, strict=True):
        assert view.seen[0] <= x1 < x2 <= SIZE[0]
        assert 0 <= y1 < y2 <= SIZE[1]
        rows, columns = np.nonzero(mask)
        assert [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1] == [x1, y1, x2, y2]
        assert mask.sum() > 0.7 * (x2 - x1) * (y2 - y1)
        whole = view.moved(scene.boxes)[0]
        assert abs(x1 - max(whole[0], view.seen[0])) <= 1.0
        assert abs(y2 - min(whole[3], SIZE[1])) <= 1.0
