"""The right camera for what the configuration names."""

from __future__ import annotations

import os
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.cameras.files import FileCamera
from edge.cameras.open import (
    kind_of,
    open_camera,
    open_files,
)
from edge.cameras.simulated import SimulatedCamera
from edge.cameras.watched_folder import WatchedFolder
from edge.config.camera import CameraConfig, FaultsConfig
from edge.core.errors import (
    CameraError,
    ConfigError,
    MissingPathError,
)
from edge.core.frame import Absence


def image(path):
    cv2.imwrite(str(path), np.zeros((8, 8), np.uint8))
    return path


def opened(source, **settings):
    return open_camera(CameraConfig(source=source, **settings))


def test_images_and_folders_are_files(tmp_path):
    image(tmp_path / "a.png")
    assert isinstance(opened(str(tmp_path)), FileCamera)
    assert isinstance(opened(str(tmp_path / "a.png")), FileCamera)


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("simulated", "simulated"),
        ("0", "usb"),
        ("/dev/video7", "usb"),
        ("/dev/v4l/by-id/usb-Mill_7-video-index0", "usb"),
        ("rtsp://10.0.0.5/strip", "stream"),
        ("gstreamer:videotestsrc ! appsink", "gstreamer"),
        ("aravis:", "aravis"),
        ("aravis:10.0.0.7", "aravis"),
        ("watch:/data/in", "watched"),
        ("watch:relative", "watched"),
        ("nowhere", "images"),
    ],
)
def test_what_a_source_is(source, kind):
    assert kind_of(source) == kind


def test_a_folder_named_as_a_number_is_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "7").mkdir()
    assert kind_of("7") == "images"


@pytest.mark.parametrize("source", ["97", "rtsp://127.0.0.1:9/x", "/dev/null"])
def test_a_live_camera_that_is_not_there_is_an_error_at_once(source):
    with pytest.raises(CameraError, match="cannot be opened"):
        opened(source, retry_s=60.0)


@pytest.mark.parametrize("source", ["97", "rtsp://me:secret@127.0.0.1:9/x"])
def test_or_is_waited_for_where_that_is_asked_for(source):
    camera = opened(source, wait_for_it=True, retry_s=0.1)
    began = time.monotonic()
    for item in camera:
        assert isinstance(item, Absence)
        assert "secret" not in item.source + item.detail
        if "cannot be opened" in item.detail:
            break
        assert time.monotonic() - began < 20.0
    camera.close()
    assert (camera.live, camera.counts) == (True, False)


def test_gstreamer_without_it_says_what_to_do():
    with pytest.raises(CameraError):
        opened("gstreamer:nosuchelement ! appsink")


def test_the_simulated_camera_has_its_settings():
    faults = FaultsConfig(drop=(1,), half=0.5)
    config = CameraConfig(width=320, height=32, seed=4, defect_rate=1.0, faults=faults)
    camera = open_camera(config, speed_m_s=1.0, mm_per_line=0.25)
    assert isinstance(camera, SimulatedCamera)
    assert camera.period_s == pytest.approx(0.008)
    frames = [frame for frame, _ in zip(camera, range(10), strict=False)]
    assert [frame.number for frame in frames[:3]] == [0, 2, 3]
    assert frames[0].pixels.shape == (32, 320)
    halves = sum(bool((frame.pixels[16:] == 0).all()) for frame in frames)
    assert 0 < halves < 10


def test_a_folder_is_watched_with_its_settings(tmp_path):
    image(tmp_path / "a.png")
    camera = opened(f"watch:{tmp_path}", existing=True, settled_s=0.05)
    assert isinstance(camera, WatchedFolder)
    assert not camera.live
    assert next(iter(camera)).source.endswith("a.png")


@pytest.mark.parametrize(
    ("source", "settings", "told"),
    [
        ("rtsp://u:secret@127.0.0.1:9/x", {"fps": 30.0}, r"\[camera\] fps is for the kinds usb"),
        ("0", {"features": {"Gain": 1}}, "features is for the kinds aravis"),
        ("simulated", {"encoder_chunk": "ChunkEncoderValue"}, "encoder_chunk"),
        ("aravis:", {"width": 640}, "width is for the kinds usb and simulated"),
        ("0", {"faults": {"drop": 0.1}}, "faults is for the kinds simulated"),
    ],
)
def test_a_setting_that_would_not_be_heeded_is_refused(source, settings, told):
    with pytest.raises(ConfigError, match=told) as error:
        opened(source, **settings)
    assert "secret" not in str(error.value)


def test_a_camera_that_is_a_file_of_something_else_is_refused(tmp_path):
    notes, pipe = tmp_path / "strip.png", tmp_path / "strip.mp4"
    notes.write_text("hold for rework")
    os.mkfifo(pipe)
    for path, says in ((notes, "is not an image or video by its content"), (pipe, "a named pipe")):
        with pytest.raises(CameraError, match=says):
            opened(str(path))


def test_paths_of_all_kinds_are_gone_through(tmp_path):
    image(tmp_path / "a.png")
    (tmp_path / "b.txt").write_text("coil 7\n" * 60)
    cameras = list(open_files([tmp_path / "b.txt", tmp_path / "a.png"]))
    assert [type(item).__name__ for camera in cameras for item in camera] == ["BadFrame", "Frame"]


def test_frames_of_several_paths_are_numbered_through(tmp_path):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        image(tmp_path / folder / "a.png")
    (camera,) = open_files([tmp_path / "one", tmp_path / "two"])
    assert [f.number for f in camera] == [0, 1]


def test_a_typo_is_found_before_anything_is_inspected(tmp_path):
    image(tmp_path / "a.png")
    with pytest.raises(MissingPathError, match="typo"):
        next(iter(open_files([tmp_path, Path("typo")])))
