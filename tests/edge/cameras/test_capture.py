"""What cannot be opened says why, as far as can be known, and gives no password away."""

from __future__ import annotations

import socket

import pytest

from edge.cameras import capture
from edge.cameras.usb_settings import UsbSettings
from edge.core.errors import CameraError


@pytest.fixture
def silent_server():
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("mark", ["/", "?", "#"])
def test_a_password_that_ends_an_address_early_is_named_as_the_cause(mark):
    told = capture.reason(f"rtsp://me:Geheim{mark}7@127.0.0.1:554/1")
    assert "%2F" in told
    assert "Geheim" not in told


def test_a_file_that_is_no_video_is_refused(tmp_path):
    path = tmp_path / "strip.mp4"
    path.write_text("no")
    with pytest.raises(CameraError, match="as a video"):
        capture.video(path)


def test_a_usb_camera_that_is_not_there_says_what_to_check(capfd):
    with pytest.raises(CameraError, match=r"camera 97 cannot be opened.*cable.*group video"):
        capture.usb(97, "camera 97", UsbSettings())
    assert capfd.readouterr().err == ""


@pytest.mark.loopback
@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("rtsp://me:secret@127.0.0.1:9/strip", "127.0.0.1, port 9: connection refused"),
        ("rtsp://no-such-host.invalid/strip", "the network knows no no-such-host.invalid"),
        ("rtsp://127.0.0.1:99999/strip", "no number up to 65535"),
        ("gopher://127.0.0.1/strip", "does not know it"),
    ],
)
def test_a_stream_that_cannot_be_opened_says_why(url, told):
    with pytest.raises(CameraError, match=told) as error:
        capture.stream(url, transport="tcp", patience_s=2.0)
    assert "secret" not in str(error.value)


@pytest.mark.loopback
def test_a_host_that_says_nothing_is_given_up_in_time(silent_server):
    with pytest.raises(CameraError, match=r"answers on port .* but gives no video"):
        capture.stream(f"rtsp://127.0.0.1:{silent_server}/x", transport="tcp", patience_s=1.0)


@pytest.mark.skipif(capture.has_gstreamer(), reason="this OpenCV has GStreamer")
def test_without_gstreamer_a_pipeline_says_what_to_do():
    with pytest.raises(CameraError, match=r"built without GStreamer.*rtsp://"):
        capture.pipeline("videotestsrc ! appsink")


@pytest.mark.skipif(not capture.has_gstreamer(), reason="this OpenCV has no GStreamer")
def test_a_pipeline_that_cannot_run_says_what_to_try():
    with pytest.raises(CameraError, match="gst-launch"):
        capture.pipeline("nosuchelement ! appsink")
