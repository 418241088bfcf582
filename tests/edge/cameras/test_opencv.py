"""Video files through OpenCV, and cameras that are not there."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from edge.cameras.opencv import OpenCVCamera, without_secrets
from edge.errors import CameraError


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


def test_a_video_gives_its_frames_in_grey(video):
    with OpenCVCamera(str(video)) as camera:
        frames = list(camera)
    assert not camera.live
    assert [f.number for f in frames] == [0, 1, 2]
    assert [f.pixels.shape for f in frames] == [(32, 64)] * 3
    assert [round(float(f.pixels.mean()), -1) for f in frames] == [50, 100, 150]


def test_a_video_that_is_cut_off_says_so(video):
    video.write_bytes(video.read_bytes()[: video.stat().st_size // 2])
    with pytest.raises(CameraError, match=r"cannot be opened|ended after \d of \d frames"):
        list(OpenCVCamera(str(video)))


def test_a_password_does_not_reach_the_name():
    name = without_secrets("rtsp://user:secret@10.0.0.5:554/line2?token=abc")
    assert name == "rtsp://10.0.0.5:554/line2"


def test_a_file_that_is_no_video_is_refused(tmp_path):
    path = tmp_path / "strip.mp4"
    path.write_text("no")
    with pytest.raises(CameraError, match="as a video"):
        OpenCVCamera(str(path))


@pytest.mark.parametrize("target", [97, "rtsp://127.0.0.1:9/none"])
def test_a_camera_that_is_not_there_says_what_to_check(target):
    with pytest.raises(CameraError, match=r"cannot be opened.*cable"):
        OpenCVCamera(target)
