"""Frames out of what OpenCV opened, with their losses; JPEG as the camera sent it."""

from __future__ import annotations

import time

import cv2
import numpy as np
import pytest

from edge.cameras.opencv import OpenCVCamera
from edge.core.errors import CameraError
from edge.core.frame import BadFrame
from edge.core.inspection import Cause


class FakeCapture:
    """A ``cv2.VideoCapture`` that gives pictures with time stamps (s), and then none."""

    def __init__(self, *stamps, colour=False, jpegs=()):
        self.stamps = list(stamps)
        self.jpegs = list(jpegs)
        self.now = 0.0
        self.released = 0
        self.picture = np.full((8, 16, 3), (200, 20, 20) if colour else (9, 9, 9), np.uint8)

    def read(self):
        if not self.stamps:
            return False, None
        self.now = self.stamps.pop(0)
        if self.jpegs:
            return True, np.frombuffer(self.jpegs.pop(0), np.uint8)[np.newaxis]
        return True, self.picture

    def set(self, prop, value):
        return prop == cv2.CAP_PROP_CONVERT_RGB

    def get(self, prop):
        if prop == cv2.CAP_PROP_FOURCC:
            return float(cv2.VideoWriter.fourcc(*("MJPG" if self.jpegs else "YUYV")))
        if prop == cv2.CAP_PROP_FPS:
            return 25.0
        return self.now * 1e3 if prop == cv2.CAP_PROP_POS_MSEC else 0.0

    def release(self):
        self.released += 1


def until_it_ends(camera):
    frames = []
    with pytest.raises(CameraError, match="and then no more"):
        for frame in camera:
            frames.append(frame)  # noqa: PERF402 - what came before the error is wanted
    return frames


def test_numbers_jump_by_the_frames_that_a_stream_lost():
    stamps = [0.04 * n for n in (*range(10), 13, 14, 15, 20)]
    frames = until_it_ends(OpenCVCamera(FakeCapture(*stamps), "s"))
    assert [f.number for f in frames] == [*range(10), 13, 14, 15, 20]


def test_a_live_source_without_time_stamps_is_numbered_through():
    before = time.monotonic()
    frames = until_it_ends(OpenCVCamera(FakeCapture(*[0.0] * 12), "s"))
    assert [f.number for f in frames] == list(range(12))
    assert before <= frames[0].taken_at <= frames[-1].taken_at <= time.monotonic()


def test_colour_is_a_bad_frame_of_so_many_lines_unless_it_is_converted():
    (bad,) = until_it_ends(OpenCVCamera(FakeCapture(0.0, colour=True), "s"))
    assert isinstance(bad, BadFrame)
    assert (bad.lines, "real colour" in bad.detail) == (8, True)
    capture = FakeCapture(0.0, colour=True)
    (frame,) = until_it_ends(OpenCVCamera(capture, "s", convert_colour=True))
    assert frame.pixels.shape == (8, 16)


@pytest.mark.parametrize("read", [True, False])
def test_the_device_is_freed_whether_or_not_it_was_read(read):
    capture = FakeCapture(*[0.0] * 5)
    with OpenCVCamera(capture, "s") as camera:
        frames = iter(camera)
        if read:
            next(frames)
            camera.close()
            assert list(frames) == []
    assert capture.released == 1


def test_the_jpeg_of_a_usb_camera_is_decoded_here_and_a_damaged_one_refused():
    picture = np.random.default_rng(1).normal(110, 9, (16, 64)).clip(0, 255).astype(np.uint8)
    jpeg = cv2.imencode(".jpg", picture)[1].tobytes()
    cut = jpeg[: len(jpeg) - 200] + jpeg[-2:]
    capture = FakeCapture(0.0, 0.04, 0.08, jpegs=[jpeg, cut, jpeg])
    frames = until_it_ends(OpenCVCamera(capture, "usb"))
    assert [isinstance(frame, BadFrame) for frame in frames] == [False, True, False]
    assert np.array_equal(frames[0].pixels, cv2.imdecode(np.frombuffer(jpeg, np.uint8), 0))
    assert "damaged JPEG" in frames[1].detail


def test_frames_of_another_size_than_the_first_are_not_inspected():
    capture = FakeCapture(0.0, 0.04)
    capture.picture = np.full((8, 16), 9, np.uint8)
    camera = OpenCVCamera(capture, "usb")
    frames = iter(camera)
    assert next(frames).pixels.shape == (8, 16)
    capture.picture = np.full((4, 16), 9, np.uint8)
    changed = next(frames)
    assert (changed.cause, changed.lines) == (Cause.WRONG_SIZE, 4)
    assert changed.detail == "usb gave 16×4 pixels after 16×8"
