"""Frames out of videos and streams: what FFmpeg made up is not inspected, and ends nothing else."""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("av", reason="PyAV reads videos: pip install 'millsight[video]'")

from edge.cameras.capture import video as open_video
from edge.cameras.open import open_camera, open_files
from edge.cameras.video import VideoCamera
from edge.config.camera import CameraConfig
from edge.core.errors import CameraError, MissingExtraError
from edge.core.frame import BadFrame, Frame, Pixels
from edge.core.inspection import Cause
from tests.edge.cameras.videos import damage, packets, strip, write_video

COUNT = 40
KEYS_EVERY = 10


def frames(path: Path, **settings: bool) -> list[Frame | BadFrame]:
    (camera,) = open_files([path], **settings)
    with camera:
        return list(camera)


def shown(items: list[Frame | BadFrame]) -> str:
    """A letter for each frame: a dot where it may be inspected."""
    return "".join("." if isinstance(item, Frame) else "x" for item in items)


def near(pixels: Pixels, picture: Pixels) -> bool:
    return bool(np.abs(pixels.astype(int) - picture).mean() < 8)


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("v.mp4", "libx264"),
        ("v.mkv", "libx264"),
        ("v.ts", "libx264"),
        ("v.mp4", "libx265"),
        ("v.avi", "mpeg4"),
        ("v.mpg", "mpeg2video"),
        ("v.avi", "mjpeg"),
        ("v.webm", "libvpx"),
    ],
)
def test_a_video_gives_its_frames_in_grey(tmp_path: Path, name: str, codec: str) -> None:
    pictures = strip(COUNT)
    # Its name says nothing.
    path = write_video(tmp_path / name, pictures, codec).rename(tmp_path / "notes.txt")
    items = frames(path)
    assert shown(items) == "." * COUNT
    assert [item.number for item in items] == list(range(COUNT))
    for item, picture in zip(items, pictures, strict=True):
        assert isinstance(item, Frame)
        assert near(item.pixels, picture)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("name", "codec"), [("v.mp4", "libx264"), ("v.avi", "mpeg4")])
def test_frames_after_damage_are_unreadable_until_a_whole_key_frame(
    tmp_path: Path, name: str, codec: str, seed: int
) -> None:
    path = damage(write_video(tmp_path / name, strip(COUNT), codec), 13, seed=seed)
    items = frames(path)
    assert shown(items) == "." * 13 + "x" * 7 + "." * 20
    for item in items[13:20]:
        assert isinstance(item, BadFrame)
        assert (item.cause, item.lines) == (Cause.UNREADABLE, 64)
        assert "made up since its data were damaged" in item.detail


def test_a_damaged_key_frame_spoils_what_is_drawn_over_it(tmp_path: Path) -> None:
    path = damage(write_video(tmp_path / "v.mp4", strip(COUNT)), 20)
    assert shown(frames(path)) == "." * 20 + "x" * 10 + "." * 10


def test_each_picture_of_motion_jpeg_stands_for_itself(tmp_path: Path) -> None:
    path = damage(write_video(tmp_path / "v.avi", strip(COUNT), "mjpeg"), 13)
    items = frames(path)
    assert shown(items) == "." * 13 + "x" + "." * 26
    assert isinstance(items[13], BadFrame)
    assert "damaged JPEG" in items[13].detail


def test_a_packet_that_was_lost_spoils_what_follows_it(tmp_path: Path) -> None:
    """FFmpeg repeats a frame in its place and says so nowhere but in its log for programmers."""
    path = write_video(tmp_path / "v.h264", strip(COUNT))
    data, (start, size) = path.read_bytes(), packets(path)[13]
    path.write_bytes(data[:start] + data[start + size :])
    told = shown(frames(path))
    assert told == "." * 13 + "x" * 6 + "." * 20


def test_a_video_that_is_cut_off_tells_what_is_missing_and_ends_nothing_else(
    tmp_path: Path,
) -> None:
    whole = write_video(tmp_path / "b.avi", strip(COUNT), "mjpeg")
    data = whole.read_bytes()
    cut = tmp_path / "a.avi"
    cut.write_bytes(data[: len(data) // 2])
    first, second = (list(camera) for camera in open_files([cut, whole]))
    assert shown(second) == "." * COUNT
    last = first[-1]
    assert isinstance(last, BadFrame)
    given = len(first) - 1
    assert f"ended after {given} of {COUNT} frames" in last.detail
    assert last.lines == (COUNT - given) * 64


def test_a_number_of_frames_that_is_only_estimated_is_no_promise(tmp_path: Path) -> None:
    """Matroska holds no number of frames, and players guess one from the duration."""
    path = write_video(tmp_path / "v.mkv", strip(COUNT))
    first = path.read_bytes()
    start, size = packets(path)[30]
    path.write_bytes(first[: start + size])
    assert set(shown(frames(path))) == {"."}


def test_what_no_longer_is_a_video_is_a_bad_frame_among_others(tmp_path: Path) -> None:
    whole = write_video(tmp_path / "b.mp4", strip(5))
    head = tmp_path / "a.mp4"
    head.write_bytes(whole.read_bytes()[:40])
    first, second = (list(camera) for camera in open_files([head, whole]))
    assert (shown(first), shown(second)) == ("x", "." * 5)
    assert "cannot be opened as a video" in str(first[0])
    with pytest.raises(CameraError, match="cannot be opened as a video"):
        open_camera(CameraConfig(source=str(head)))


def test_a_video_that_is_turned_for_viewers_is_not_inspected(tmp_path: Path) -> None:
    path = write_video(tmp_path / "v.mp4", strip(3))
    data = path.read_bytes()
    upright = np.array([1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30], ">i4").tobytes()
    turned = np.array([0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30], ">i4").tobytes()
    track = data.index(b"tkhd")
    at = data.index(upright, track)
    path.write_bytes(data[:at] + turned + data[at + 36 :])
    items = frames(path)
    assert shown(items) == "xxx"
    assert "turned by" in str(items[0])


def test_real_colour_is_refused_or_converted(tmp_path: Path) -> None:
    import av

    path = tmp_path / "v.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.height, stream.width, stream.pix_fmt = 64, 64, "yuv420p"
        red = np.zeros((64, 64, 3), np.uint8)
        red[..., 2] = 200
        container.mux(stream.encode(av.VideoFrame.from_ndarray(red, format="bgr24")))
        container.mux(stream.encode(None))
    assert shown(frames(path)) == "x"
    assert shown(frames(path, convert_colour=True)) == "."


def test_frames_that_are_too_large_are_refused_before_they_are_decoded(tmp_path: Path) -> None:
    path = write_video(tmp_path / "v.mp4", strip(3))
    with pytest.raises(CameraError, match=r"frames of 160×64 pixels; 0\.01 million are allowed"):
        open_camera(CameraConfig(source=str(path), max_megapixels=0.01))


def test_frames_of_another_size_than_the_first_are_not_inspected(tmp_path: Path) -> None:
    small = write_video(tmp_path / "a.ts", strip(10)).read_bytes()
    large = write_video(tmp_path / "b.ts", strip(10, height=128)).read_bytes()
    (tmp_path / "c.ts").write_bytes(small + large + small)
    items = frames(tmp_path / "c.ts")
    bad = [item for item in items if isinstance(item, BadFrame)]
    assert {item.cause for item in bad} <= {Cause.WRONG_SIZE, Cause.UNREADABLE}
    wrong = [item for item in bad if item.cause == Cause.WRONG_SIZE]
    assert len(wrong) >= 5
    assert {item.lines for item in wrong} == {128}
    assert "gave 160×128 pixels after 160×64" in wrong[0].detail
    assert {item.pixels.shape for item in items if isinstance(item, Frame)} == {(64, 160)}


@pytest.mark.parametrize(("name", "timed"), [("v.mp4", True), ("v.h264", False)])
def test_frames_of_a_live_source_without_time_stamps_count_from_when_they_came(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, timed: bool
) -> None:
    path = write_video(tmp_path / name, strip(COUNT))
    arrivals = iter([5.0 + 0.1 * n for n in range(COUNT)])
    clock = SimpleNamespace(monotonic=lambda: next(arrivals))
    monkeypatch.setattr("edge.cameras.video.time", clock)
    camera = VideoCamera(partial(open_video, path), "v", live=True)
    taken = []
    with pytest.raises(CameraError, match=f"gave {COUNT} frames and then no more"):
        for item in camera:
            taken.append(item.taken_at)  # noqa: PERF401 - what came before the error is wanted
    steps = np.diff(taken)
    assert np.allclose(steps, 0.04 if timed else 0.1)


def test_a_stream_whose_frames_come_out_of_order_has_lost_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B-frames are sent after the frames that they refer to."""
    arrivals = iter([5.0 + 0.1 * n for n in range(COUNT)])
    clock = SimpleNamespace(monotonic=lambda: next(arrivals))
    monkeypatch.setattr("edge.cameras.video.time", clock)
    path = write_video(tmp_path / "v.mp4", strip(COUNT), bf="3", b_adapt="0")
    numbers, taken = [], []
    with pytest.raises(CameraError, match=f"gave {COUNT} frames"):
        for item in VideoCamera(partial(open_video, path), "v", live=True):
            numbers.append(item.number)
            taken.append(item.taken_at)
    # The first may have waited while the stream was opened.
    assert numbers == list(range(COUNT - 1))
    assert np.allclose(np.diff(taken), 0.04)


def test_without_pyav_a_video_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_video(tmp_path / "v.mp4", strip(3))
    monkeypatch.setitem(__import__("sys").modules, "av", None)
    with pytest.raises(MissingExtraError, match=r"millsight\[video\]"):
        open_camera(CameraConfig(source=str(path)))
    (bad,) = frames(path)
    assert "millsight[video]" in str(bad)


def test_what_ffmpeg_logs_reaches_no_one_but_the_decoder(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    path = damage(write_video(tmp_path / "v.mp4", strip(COUNT)), 13)
    capfd.readouterr()
    with caplog.at_level(logging.DEBUG):
        frames(path)
    assert not [record for record in caplog.records if record.name.startswith("libav")]
    assert capfd.readouterr() == ("", "")
