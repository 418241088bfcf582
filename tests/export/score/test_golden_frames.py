"""Golden frames are drawn, fit the models, and survive being stored."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.bundle.manifest import FrameSizes
from export.score.golden_frames import (
    draw_golden_frames,
    encode_png,
    fit,
)

ANY = FrameSizes(
    min_width=200,
    max_width=8192,
    min_height=128,
    max_height=8192,
    multiple_width=1,
    multiple_height=1,
)


@given(
    st.integers(1, 60), st.integers(1, 60), st.integers(1, 9), st.integers(1, 60), st.integers(1, 9)
)
def test_a_frame_is_made_to_fit(
    low: int, spread: int, multiple: int, side: int, steps: int
) -> None:
    exact = side * multiple
    sizes = FrameSizes(
        min_width=low,
        max_width=low + spread + multiple,
        min_height=exact,
        max_height=exact + (steps - 1) * multiple,
        multiple_width=multiple,
        multiple_height=multiple,
    )
    pixels = np.arange(40 * 50, dtype=np.uint32).astype(np.uint8).reshape(40, 50)
    height, width = fit(pixels, sizes).shape
    assert sizes.accepts(width, height)


@pytest.mark.parametrize(
    ("sizes", "shape"),
    [
        (ANY, (256, 1600)),
        (ANY.model_copy(update={"max_width": 400, "max_height": 128}), (128, 400)),
        (ANY.model_copy(update={"min_width": 2000, "min_height": 300}), (300, 2000)),
    ],
)
def test_frames_are_drawn_to_fit(sizes: FrameSizes, shape: tuple[int, int]) -> None:
    frames = draw_golden_frames(2, sizes)
    assert [frame.shape for frame in frames] == [shape, shape]
    assert not np.array_equal(*frames)


def test_they_are_the_same_each_time() -> None:
    np.testing.assert_array_equal(draw_golden_frames(1, ANY), draw_golden_frames(1, ANY))


def test_png_keeps_every_pixel() -> None:
    pixels = draw_golden_frames(1, ANY)[0]
    stored = np.frombuffer(encode_png(pixels), np.uint8)
    np.testing.assert_array_equal(cv2.imdecode(stored, cv2.IMREAD_GRAYSCALE), pixels)
