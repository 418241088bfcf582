"""GigE Vision and USB3 Vision cameras (GenICam) through Aravis."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import numpy as np

from edge.cameras.base import Camera
from edge.cameras.block_ids import BlockIds
from edge.cameras.genicam import Value, glib_error, set_features
from edge.cameras.source_clock import SourceClock
from edge.core.errors import CameraError, MissingExtraError
from edge.core.frame import BadFrame, Frame
from edge.core.images import MAX_PIXELS
from edge.core.inspection import Cause

_BUFFERS = 8
"""Frames that the network may fill while one is looked at."""
_POLL_US = 100_000
_CHUNK_BYTES = 2**20
"""What chunks may add to a frame's bytes."""
_MONO8 = "Mono8"


class AravisCamera(Camera):
    """Gives the frames of a GenICam camera, numbered by the camera.

    A frame that came with packets missing is a bad frame, whatever Aravis filled it with.

    Args:
        camera_id: The id or address that ``millsight doctor`` lists; empty takes the first found.
        features: GenICam features to set, by name, in this order.
        encoder_chunk: Name of the chunk that holds the encoder's count; None where there is none.
        most_pixels: Frames of more pixels are refused.

    Raises:
        CameraError: It is not there, does not take a feature, or does not give Mono8.
        MissingExtraError: Aravis or PyGObject is not installed.
    """

    live = True
    counts = True

    def __init__(
        self,
        camera_id: str = "",
        *,
        features: Mapping[str, Value] | None = None,
        encoder_chunk: str | None = None,
        most_pixels: int = MAX_PIXELS,
    ) -> None:
        self._aravis = load_aravis()
        self._error = glib_error()
        self.name = f"aravis:{camera_id}"
        self._encoder_chunk = encoder_chunk
        self._most_pixels = most_pixels
        self._closed = threading.Event()
        self._lost = threading.Event()
        self._reads = False
        self._camera: Any = None
        try:
            self._open(camera_id or None, features or {})
        except self._error as error:
            self._free()
            raise CameraError(
                f"{self.name} cannot be opened: {error.message}",
                "Check the cable, that camera and device are in one network, and that no other "
                "program holds the camera; millsight doctor lists those found",
            ) from None
        except CameraError:
            self._free()
            raise

    def __iter__(self) -> Iterator[Frame | BadFrame]:
        self._reads = True
        try:
            self._camera.start_acquisition()
            yield from self._frames()
        except self._error as error:
            raise CameraError(f"{self.name} has been lost: {error.message}") from None
        finally:
            self._free()

    def close(self) -> None:
        """End iteration within a moment. Safe to call twice."""
        self._closed.set()
        if not self._reads:
            self._free()

    def _open(self, camera_id: str | None, features: Mapping[str, Value]) -> None:
        self._camera = self._aravis.Camera.new(camera_id)
        self.name = f"aravis:{camera_id or self._camera.get_device_id()}"
        device, lost = self._camera.get_device(), self._lost
        device.connect("control-lost", lambda _: lost.set())
        device.set_range_check_policy(self._aravis.RangeCheckPolicy.ENABLE)
        # A program that was killed has left it running, and then it takes neither size nor format.
        with suppress(self._error):
            self._camera.stop_acquisition()
        set_features(device, features, self.name)
        self._require_mono8()
        self._chunks = self._chunk_parser()
        self._stream = self._camera.create_stream(None, None)
        payload = self._camera.get_payload()
        if payload > self._most_pixels + _CHUNK_BYTES:
            raise CameraError(
                f"{self.name} gives frames of {payload:,} bytes; "
                f"{self._most_pixels / 1e6:g} million pixels are allowed",
                "Set Width and Height among its features, or [camera] max_megapixels",
            )
        for _ in range(_BUFFERS):
            self._stream.push_buffer(self._aravis.Buffer.new_allocate(payload))

    def _frames(self) -> Iterator[Frame | BadFrame]:
        clock, ids = SourceClock(), BlockIds()
        while not self._closed.is_set():
            if self._lost.is_set():
                raise CameraError(f"{self.name} has been lost: it does not answer any more")
            buffer = self._stream.timeout_pop_buffer(_POLL_US)
            if buffer is None:
                continue
            frame = self._frame(buffer, clock, ids)
            self._stream.push_buffer(buffer)
            yield frame

    def _frame(self, buffer: Any, clock: SourceClock, ids: BlockIds) -> Frame | BadFrame:
        arrived_at = time.monotonic()
        status = buffer.get_status()
        if status != self._aravis.BufferStatus.SUCCESS:
            # Where the first packet is what is missing, id and time are of the buffer's last use.
            why = f"{self.name}: a frame came incomplete ({status.value_nick})"
            return BadFrame(ids.number(None), arrived_at, self.name, Cause.UNREADABLE, why)
        number = ids.number(buffer.get_frame_id())
        taken_at = clock.taken_at(buffer.get_timestamp() / 1e9, arrived_at)
        lines, columns = buffer.get_image_height(), buffer.get_image_width()
        encoder = self._encoder(buffer)
        data = buffer.get_image_data()
        if len(data) < lines * columns:
            why = f"{self.name}: {len(data)} bytes for {columns}×{lines} pixels"
            return BadFrame(number, taken_at, self.name, Cause.UNREADABLE, why, lines, encoder)
        pixels = np.frombuffer(data, np.uint8, lines * columns).reshape(lines, columns)
        return Frame(pixels, number, taken_at, self.name, encoder=encoder)

    def _require_mono8(self) -> None:
        given = self._camera.get_pixel_format_as_string()
        if given != _MONO8:
            raise CameraError(
                f"{self.name} gives {given}; millsight inspects {_MONO8}",
                f'Set features = {{ PixelFormat = "{_MONO8}" }} under [camera]',
            )

    def _chunk_parser(self) -> Any:
        """What reads chunks, after the encoder's was turned on; None where none is asked for."""
        if self._encoder_chunk is None:
            return None
        if not self._camera.are_chunks_available():
            raise CameraError(
                f"{self.name} sends no chunks, so no {self._encoder_chunk}",
                "Leave encoder_chunk out, and give [position] another source",
            )
        self._camera.set_chunks(self._encoder_chunk.removeprefix("Chunk"))
        return self._camera.create_chunk_parser()

    def _encoder(self, buffer: Any) -> int | None:
        if self._chunks is None:
            return None
        return int(self._chunks.get_integer_value(buffer, self._encoder_chunk))

    def _free(self) -> None:
        """Let go of the camera, so that it can be opened again, here or elsewhere."""
        if self._camera is None:
            return
        # A camera that is gone fails to stop. Control is given up by itself only when the last
        # reference goes, and an error's traceback may hold one.
        with suppress(self._error):
            self._camera.stop_acquisition()
        with suppress(self._error):
            if self._camera.is_gv_device():
                self._camera.get_device().leave_control()
        self._chunks = self._stream = self._camera = None


def load_aravis() -> Any:
    """Aravis's module.

    Raises:
        MissingExtraError: It or PyGObject is not installed.
    """
    try:
        import gi

        gi.require_version("Aravis", "0.8")
        from gi.repository import Aravis
    except (ImportError, ValueError) as error:
        raise MissingExtraError(
            f"GigE Vision and USB3 Vision cameras need Aravis and PyGObject: {error}",
            "apt install gir1.2-aravis-0.8 libgirepository1.0-dev libcairo2-dev pkg-config gcc "
            "python3-dev, then pip install 'millsight[aravis]'",
        ) from None
    return Aravis
