"""Frames out of what OpenCV opened: recorded ones in order, live ones with their losses."""

from __future__ import annotations

import time
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from edge.cameras.capture import video as open_video
from edge.cameras.opencv import OpenCVCamera, TimeStamps
from edge.core.errors import CameraError
from edge.core.frame import BadFrame


@pytest.fixture
def video(tmp_path):
    path = tmp_path / "strip.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 25, (64, 32))
    if not writer.isOpened():
        pytest.skip("this OpenCV cannot write MJPEG")
    for level in (50, 100, 150):
        writer.write(np.full((32, 64, 3), level, np.uint8))
    writer.release()
    return path


class FakeCapture:
    """A ``cv2.VideoCapture`` that gives pictures with time stamps (s), and then none."""

    def __init__(self, *stamps, colour=False):
        self.stamps = list(stamps)
        self.now = 0.0
        self.released = 0
        self.picture = np.full((8, 16, 3), (200, 20, 20) if colour else (9, 9, 9), np.uint8)

    def read(self):
        if not self.stamps:
            return False, None
        self.now = self.stamps.pop(0)
        return True, self.picture

    def get(self, prop):
        if prop == cv2.CAP_PROP_FPS:
            return 25.0
        return self.now * 1e3 if prop == cv2.CAP_PROP_POS_MSEC else 0.0

    def release(self):
        self.released += 1


def test_a_video_gives_its_frames_in_grey(video):
    with OpenCVCamera(open_video(str(video)), "v", live=False) as camera:
        frames = list(camera)
    assert not camera.live
    assert [f.number for f in frames] == [0, 1, 2]
    assert [f.pixels.shape for f in frames] == [(32, 64)] * 3
    assert [round(float(f.pixels.mean()), -1) for f in frames] == [50, 100, 150]


def test_a_video_that_is_cut_off_says_so(video):
    video.write_bytes(video.read_bytes()[: video.stat().st_size // 2])
    with pytest.raises(CameraError, match=r"cannot be opened|ended after \d of \d frames"):
        list(OpenCVCamera(open_video(str(video)), "v", live=False))


def until_it_ends(camera):
    frames = []
    with pytest.raises(CameraError, match="and then no more"):
        for frame in camera:
            frames.append(frame)  # noqa: PERF402 - what came before the error is wanted
    return frames


def test_numbers_jump_by_the_frames_that_a_stream_lost():
    stamps = [0.04 * n for n in (*range(10), 13, 14, 15, 20)]
    frames = until_it_ends(OpenCVCamera(FakeCapture(*stamps), "s", live=True))
    assert [f.number for f in frames] == [*range(10), 13, 14, 15, 20]


def test_what_a_stream_kept_while_it_was_opened_is_left_out(monkeypatch):
    arrivals = iter([*[5.0 + 0.001 * n for n in range(20)], 5.05, 5.09, 5.13, 5.14])
    clock = SimpleNamespace(monotonic=lambda: next(arrivals))
    monkeypatch.setattr("edge.cameras.opencv.time", clock)
    capture = FakeCapture(*[0.04 * n for n in range(23)])
    frames = until_it_ends(OpenCVCamera(capture, "s", live=True, keeps=True))
    assert [round(f.taken_at, 3) for f in frames] == [5.05, 5.09, 5.13]
    assert [f.number for f in frames] == [0, 1, 2]


def test_a_live_source_without_time_stamps_is_numbered_through():
    before = time.monotonic()
    frames = until_it_ends(OpenCVCamera(FakeCapture(*[0.0] * 12), "s", live=True))
    assert [f.number for f in frames] == list(range(12))
    assert before <= frames[0].taken_at <= frames[-1].taken_at <= time.monotonic()


def test_colour_is_a_bad_frame_of_so_many_lines_unless_it_is_converted():
    (bad,) = until_it_ends(OpenCVCamera(FakeCapture(0.0, colour=True), "s", live=True))
    assert isinstance(bad, BadFrame)
    assert (bad.lines, "real colour" in bad.detail) == (8, True)
    capture = FakeCapture(0.0, colour=True)
    (frame,) = until_it_ends(OpenCVCamera(capture, "s", live=True, convert_colour=True))
    assert frame.pixels.shape == (8, 16)


@pytest.mark.parametrize("read", [True, False])
def test_the_device_is_freed_whether_or_not_it_was_read(read):
    capture = FakeCapture(*[0.0] * 5)
    with OpenCVCamera(capture, "s", live=True) as camera:
        frames = iter(camera)
        if read:
            next(frames)
            camera.close()
            assert list(frames) == []
    assert capture.released == 1


@pytest.mark.parametrize(
    ("periods", "lost"),
    [
        ([1] * 10, [0] * 10),
        ([1] * 9 + [3], [0] * 9 + [2]),
        ([1] * 9 + [1.4, 1.6, 1], [0] * 10 + [1, 0]),
        ([1, 1, 5, 1], [0] * 4),
        ([1] * 9 + [-4, 1, 1], [0] * 12),
    ],
)
def test_losses_by_time_stamps(periods, lost):
    stamps, now = TimeStamps(), 0.0
    stamps.lost_before(now)
    found = []
    for period in periods:
        now += 0.02 * period
        found.append(stamps.lost_before(now))
    assert found == lost


def test_a_camera_that_changes_its_rate_has_lost_nothing_in_the_end():
    stamps = TimeStamps()
    found = [stamps.lost_before(0.02 * n) for n in range(40)]
    found += [stamps.lost_before(0.8 + 0.06 * n) for n in range(40)]
    assert sum(found[:40]) == 0
    assert sum(found[60:]) == 0
