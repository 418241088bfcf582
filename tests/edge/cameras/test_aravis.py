"""A GenICam camera through Aravis, against Aravis's own fake GigE camera on loopback."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest

from edge.cameras.aravis import AravisCamera, load_aravis
from edge.cameras.discovery import aravis_cameras
from edge.cameras.reconnecting import Reconnecting
from edge.core.errors import CameraError, MissingExtraError
from edge.core.frame import (
    Absence,
    BadFrame,
    Frame,
)

FAKE = "arv-fake-gv-camera-0.8"
ADDRESS = "127.0.0.1"
"""By its id it would be found through whichever interface asks first, and stream to that one."""
PATIENCE_S = 30.0


def _missing():
    try:
        load_aravis()
    except MissingExtraError as error:
        return str(error)
    return None if shutil.which(FAKE) else f"{FAKE} is not installed (Debian: aravis-tools)"


MISSING = _missing()
needs_aravis = pytest.mark.skipif(MISSING is not None, reason=MISSING or "")


class FakeCamera:
    """Aravis's fake camera as a process: plugged in and pulled out at will."""

    def __init__(self, *options):
        self.options = options
        self.process = None

    def plug_in(self):
        command = [FAKE, "-i", ADDRESS, "-s", "MILL7", *self.options]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        began = time.monotonic()
        while time.monotonic() - began < PATIENCE_S:
            if any("MILL7" in found.source for found in aravis_cameras()):
                return
            if self.process.poll() is not None:
                pytest.skip(f"{FAKE} cannot run here: it ended with {self.process.returncode}")
            time.sleep(0.1)
        pytest.skip(f"{FAKE} is not found on loopback here")

    def pull_out(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@pytest.fixture(scope="module")
def fake():
    camera = FakeCamera()
    camera.plug_in()
    yield camera
    camera.pull_out()


def take(camera, count):
    with contextlib.closing(iter(camera)) as frames:
        return [next(frames) for _ in range(count)]


@needs_aravis
def test_frames_come_with_the_camera_s_own_numbers_and_times(fake):
    with AravisCamera(ADDRESS) as camera:
        frames = take(camera, 12)
    whole = [frame for frame in frames if isinstance(frame, Frame)]
    assert len(whole) > 6
    assert {frame.pixels.shape for frame in whole} == {(512, 512)}
    assert whole[0].pixels.std() > 1
    assert frames[0].number == 0
    numbers = [frame.number for frame in frames]
    assert numbers == sorted(set(numbers))
    times = [frame.taken_at for frame in frames]
    assert times == sorted(times)
    assert times[-1] <= time.monotonic()
    assert (camera.live, camera.counts) == (True, True)


@needs_aravis
def test_features_are_set_by_name(fake):
    features = {"Width": 256, "Height": 64, "ExposureTimeAbs": 50, "TestBoolean": True}
    with AravisCamera(ADDRESS, features=features) as camera:
        assert camera.name == f"aravis:{ADDRESS}"
        frame = next(f for f in take(camera, 10) if isinstance(f, Frame))
    assert frame.pixels.shape == (64, 256)


@needs_aravis
@pytest.mark.parametrize(
    ("features", "told"),
    [
        ({"ExposureTime": 50}, r"no feature ExposureTime\. Did you mean ExposureTimeAbs"),
        ({"Gamma": 1}, "no feature Gamma"),
        ({"PixelFormat": "Mono12"}, r"does not take PixelFormat = Mono12.*It can be .*Mono8"),
        ({"PixelFormat": "RGB8"}, r"gives RGB8; millsight inspects Mono8"),
        ({"Width": 10**7}, "does not take Width = 10000000"),
        ({"Width": 300.5}, r"does not take Width = 300\.5"),
        ({"Width": "wide"}, "does not take Width = wide"),
    ],
)
def test_what_the_camera_does_not_take_is_said_by_name(fake, features, told):
    with pytest.raises(CameraError, match=told):
        AravisCamera(ADDRESS, features=features)


@needs_aravis
def test_a_camera_that_could_not_be_set_is_let_go_of(fake):
    with pytest.raises(CameraError) as held:
        AravisCamera(ADDRESS, features={"Gamma": 1})
    with AravisCamera(ADDRESS, features={"PixelFormat": "Mono8"}) as camera:
        assert take(camera, 1)
    assert held.value.exit_code == 11


@needs_aravis
def test_a_camera_without_chunks_has_no_encoder(fake):
    with pytest.raises(CameraError, match="no ChunkEncoderValue"):
        AravisCamera(ADDRESS, encoder_chunk="ChunkEncoderValue")


@needs_aravis
def test_a_camera_that_is_not_there_says_what_to_check():
    with pytest.raises(CameraError, match=r"aravis:Nobody-42 cannot be opened.*cable"):
        AravisCamera("Nobody-42")


@needs_aravis
def test_pulled_out_and_plugged_in_again(fake):
    camera = Reconnecting(
        lambda: AravisCamera(ADDRESS, features={"PixelFormat": "Mono8"}),
        name=f"aravis:{ADDRESS}",
        counts=True,
        silence_s=1.0,
        retry_s=0.2,
        longest_retry_s=1.0,
    )
    began, pulled, missed, plugged_in, last = time.monotonic(), False, False, False, -1
    for item in camera:
        assert time.monotonic() - began < PATIENCE_S
        if isinstance(item, Absence):
            missed = missed or pulled
            if pulled and not plugged_in:
                fake.plug_in()
                plugged_in = True
            continue
        assert item.number > last
        last = item.number
        if last >= 5 and not pulled:
            fake.pull_out()
            pulled = True
        if plugged_in:
            camera.close()
    assert missed and plugged_in


@needs_aravis
def test_lost_packets_make_bad_frames_and_not_half_pictures(fake):
    lossy = FakeCamera("-r", "30")
    fake.pull_out()
    lossy.plug_in()
    try:
        with AravisCamera(ADDRESS) as camera:
            frames = take(camera, 30)
    finally:
        lossy.pull_out()
    numbers = [frame.number for frame in frames]
    assert numbers == sorted(set(numbers))
    assert numbers[-1] < 60, "an id of a frame that lacks its first packet was believed"
    bad = [frame for frame in frames if isinstance(frame, BadFrame)]
    assert len(bad) > 10
    assert all("incomplete" in frame.detail for frame in bad)


def test_without_aravis_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "gi", None)
    with pytest.raises(MissingExtraError, match=r"apt install gir1\.2-aravis.*millsight\[aravis\]"):
        AravisCamera("any")
    assert aravis_cameras() == []


class ChunkCamera:
    """Stands in for a camera with an encoder in its chunks, which Aravis's fake does not have."""

    def __init__(self):
        self.asked_for = None
        self.buffers = []

    def __getattr__(self, name):
        return lambda *_: self

    def get_pixel_format_as_string(self):
        return "Mono8"

    def get_device_id(self):
        return "chunky"

    def set_chunks(self, names):
        self.asked_for = names

    def get_payload(self):
        return 6

    def get_integer_value(self, buffer, chunk):
        return {"ChunkEncoderValue": 1000 + buffer.get_frame_id()}[chunk]

    def push_buffer(self, buffer):
        self.buffers.append(buffer)

    def timeout_pop_buffer(self, _):
        return ChunkBuffer(len(self.buffers))


class ChunkBuffer:
    def __init__(self, number):
        self.number = number

    def get_status(self):
        return "SUCCESS"

    def get_frame_id(self):
        return self.number

    def get_timestamp(self):
        return self.number * 10**7

    def get_image_height(self):
        return 2

    def get_image_width(self):
        return 3

    def get_image_data(self):
        return bytes(range(6))


def test_the_encoder_s_count_comes_out_of_its_chunk(monkeypatch):
    chunky = ChunkCamera()
    module = SimpleNamespace(
        Camera=SimpleNamespace(new=lambda _: chunky),
        Buffer=SimpleNamespace(new_allocate=bytes),
        BufferStatus=SimpleNamespace(SUCCESS="SUCCESS"),
        RangeCheckPolicy=SimpleNamespace(ENABLE=1),
    )
    monkeypatch.setattr("edge.cameras.aravis.load_aravis", lambda: module)
    monkeypatch.setattr("edge.cameras.aravis.glib_error", lambda: OSError)
    camera = AravisCamera("", encoder_chunk="ChunkEncoderValue")
    first, second = take(camera, 2)
    assert chunky.asked_for == "EncoderValue"
    assert camera.name == "aravis:chunky"
    assert second.encoder - first.encoder == 1
    assert first.pixels.tolist() == [[0, 1, 2], [3, 4, 5]]
