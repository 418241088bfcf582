"""Settings of USB cameras (V4L2), and whether the camera took them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2

from edge.core.errors import CameraError

_MANUAL = 1
"""V4L2_EXPOSURE_MANUAL."""
_UNITS_PER_MS = 10.0
"""V4L2 states an exposure in units of 100 µs."""
_NEAR = 0.1
"""Cameras round exposure and rate to what they can."""


@dataclass(frozen=True, slots=True)
class UsbSettings:
    """What a USB camera is set to; None leaves it as it is.

    Attributes:
        width: Columns.
        height: Lines.
        fps: Frames a second.
        pixel_format: Its four letters, as V4L2 has them: ``GREY``, ``MJPG``, ``YUYV``.
        exposure_ms: Exposure in milliseconds; turns the automatic exposure off.
    """

    width: int | None = None
    height: int | None = None
    fps: float | None = None
    pixel_format: str | None = None
    exposure_ms: float | None = None

    def apply(self, capture: cv2.VideoCapture, name: str) -> None:
        """Set an opened camera. The format goes first, since it decides which sizes there are.

        Raises:
            CameraError: The camera did not take a setting.
        """
        if self.pixel_format is not None:
            wanted = cv2.VideoWriter.fourcc(*self.pixel_format)
            capture.set(cv2.CAP_PROP_FOURCC, wanted)
        for prop, value in (
            (cv2.CAP_PROP_FRAME_WIDTH, self.width),
            (cv2.CAP_PROP_FRAME_HEIGHT, self.height),
            (cv2.CAP_PROP_FPS, self.fps),
        ):
            if value is not None:
                capture.set(prop, value)
        if self.exposure_ms is not None:
            capture.set(cv2.CAP_PROP_AUTO_EXPOSURE, _MANUAL)
            capture.set(cv2.CAP_PROP_EXPOSURE, self.exposure_ms * _UNITS_PER_MS)
        self._check(capture, name)

    def _check(self, capture: cv2.VideoCapture, name: str) -> None:
        """Look at all of them at the end: a later one may undo an earlier one."""
        if self.pixel_format is not None:
            taken = _letters(int(capture.get(cv2.CAP_PROP_FOURCC)))
            if taken != self.pixel_format:
                raise _refused(name, "pixel_format", self.pixel_format, taken)
        for key, prop, exact, scale in (
            ("width", cv2.CAP_PROP_FRAME_WIDTH, True, 1.0),
            ("height", cv2.CAP_PROP_FRAME_HEIGHT, True, 1.0),
            ("fps", cv2.CAP_PROP_FPS, False, 1.0),
            ("exposure_ms", cv2.CAP_PROP_EXPOSURE, False, _UNITS_PER_MS),
        ):
            wanted = getattr(self, key)
            if wanted is None:
                continue
            got = capture.get(prop) / scale
            if abs(got - wanted) > (0.0 if exact else _NEAR * wanted):
                raise _refused(name, key, f"{wanted:g}", f"{got:g}")


def _letters(code: int) -> str:
    return "".join(chr(code >> shift & 0xFF) for shift in (0, 8, 16, 24))


def _refused(name: str, key: str, wanted: str, got: str) -> CameraError:
    return CameraError(
        f"{name} does not take {key} = {wanted}; it has {got}",
        f"Choose one that it has: v4l2-ctl --list-formats-ext --list-ctrls, or leave {key} out",
    )
