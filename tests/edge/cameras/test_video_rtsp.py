"""A stream from a real RTSP server: its frames, its end, its return, and how old its frames are."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from edge.cameras.open import open_camera
from edge.config.camera import CameraConfig
from edge.core.errors import CameraError
from edge.core.frame import Absence, Frame

PATIENCE_S = 40.0
SERVER = Path(__file__).with_name("rtsp_server.py")
STRIP = (
    "videotestsrc is-live=true pattern=ball ! "
    "video/x-raw,width=320,height=64,framerate=25/1,format=I420 ! {} jpegenc ! "
    "rtpjpegpay name=pay0 pt=26"
)


class Server:
    """The server as a process, on a port of its own."""

    def __init__(self, filtering=""):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.pipeline = STRIP.format(filtering)
        self.url = f"rtsp://127.0.0.1:{self.port}/strip"

    def start(self):
        for python in (sys.executable, "/usr/bin/python3"):
            self.process = subprocess.Popen(
                [python, str(SERVER), str(self.port), self.pipeline],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            if self.process.stdout.readline().strip() == "ready":
                return
        why = self.process.stderr.read().strip().splitlines() or ["it ended"]
        pytest.skip(
            f"there is no GStreamer RTSP server here ({why[-1]}); Debian: python3-gi "
            "gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-base gstreamer1.0-plugins-good"
        )

    def stop(self):
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def server():
    server = Server()
    server.start()
    yield server
    server.stop()


def stream(server, **settings):
    config = CameraConfig(
        source=server.url, convert_colour=True, retry_s=0.2, longest_retry_s=1.0, **settings
    )
    return open_camera(config)


def within(camera, seconds=PATIENCE_S):
    began = time.monotonic()
    for item in camera:
        assert time.monotonic() - began < seconds
        yield item


def test_frames_come_until_the_server_dies_and_again_when_it_is_back(server):
    camera = stream(server, silence_s=1.5)
    came, died, missed, back = [], False, False, False
    for item in within(camera):
        if isinstance(item, Absence):
            if died and not missed:
                missed = True
                server.start()
            continue
        came.append(item)
        if len(came) == 20:
            server.stop()
            died = True
        if missed:
            back = True
            camera.close()
    assert back
    assert {frame.pixels.shape for frame in came if isinstance(frame, Frame)} == {(64, 320)}
    numbers = [frame.number for frame in came]
    assert numbers == sorted(set(numbers))


@pytest.mark.timed
def test_a_server_that_hangs_is_missed_within_seconds(server):
    camera = stream(server, silence_s=1.0)
    hung_at = None
    for item in within(camera):
        if isinstance(item, Absence) and hung_at is not None:
            break
        if isinstance(item, Frame) and hung_at is None:
            server.process.send_signal(signal.SIGSTOP)
            hung_at = time.monotonic()
    missed_after = time.monotonic() - hung_at
    began = time.monotonic()
    camera.close()
    assert time.monotonic() - began < 2.0
    assert 0.5 < missed_after < 6.0
    assert "nothing came for" in item.detail


@pytest.mark.timed
def test_a_slow_consumer_is_given_recent_frames(server):
    camera = stream(server, silence_s=5.0)
    ages, numbers = [], []
    for item in within(camera):
        if not isinstance(item, Frame):
            continue
        ages.append(time.monotonic() - item.taken_at)
        numbers.append(item.number)
        if len(ages) == 12:
            break
        time.sleep(0.4)
    camera.close()
    # A reader that takes every frame would be 12 × 0.36 s behind by now, and ever more.
    assert max(ages[4:]) < 1.0
    assert numbers[-1] - numbers[0] > 5 * len(numbers)


def test_frames_that_the_stream_lost_are_counted_by_its_time_stamps():
    lossy = Server("identity drop-probability=0.2 !")
    lossy.start()
    camera = stream(lossy, silence_s=5.0)
    frames = []
    for item in within(camera):
        frames += [item] if isinstance(item, Frame) else []
        if len(frames) == 100:
            break
    camera.close()
    lossy.stop()
    given, spanned = len(frames) - 20, frames[-1].number - frames[20].number + 1
    assert 1.1 < spanned / given < 1.5


def test_a_path_that_the_server_does_not_have_is_an_error_at_once(server):
    with pytest.raises(CameraError, match="check the path, user and password"):
        open_camera(CameraConfig(source=server.url.replace("strip", "nope")))
