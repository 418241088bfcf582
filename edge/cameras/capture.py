"""Opens what OpenCV can read: video files, USB cameras, streams, GStreamer pipelines."""

from __future__ import annotations

import os
import re
import socket
from urllib.parse import urlsplit

import cv2

from edge.cameras.usb_settings import UsbSettings
from edge.core.errors import CameraError

_OPTIONS = "OPENCV_FFMPEG_CAPTURE_OPTIONS"
_OWN_OPTIONS = {transport: f"rtsp_transport;{transport}" for transport in ("tcp", "udp")}
# FFmpeg's nobuffer is left out: it throws the first key frame away, and some cameras send the
# next only after many seconds.
_PORTS = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443, "rtmp": 1935}
_ASK_S = 2.0
_SILENT = 0


def video(path: str) -> cv2.VideoCapture:
    """A video file, opened.

    Raises:
        CameraError: It is no video that OpenCV reads.
    """
    _be_quiet()
    capture = cv2.VideoCapture(path)
    if not capture.isOpened():
        raise CameraError(f"{path} cannot be opened as a video", "Play it to see whether it is one")
    return capture


def usb(target: int | str, name: str, settings: UsbSettings) -> cv2.VideoCapture:
    """A USB camera by its index or device file, opened and set.

    Raises:
        CameraError: It cannot be opened, or does not take a setting.
    """
    _be_quiet()
    capture = cv2.VideoCapture(target, cv2.CAP_V4L2)
    if not capture.isOpened():
        raise CameraError(
            f"{name} cannot be opened",
            "Check the cable, that no other program holds the camera, and that this user is in the "
            "group video; millsight doctor lists the cameras found",
        )
    try:
        settings.apply(capture, name)
    except CameraError:
        capture.release()
        raise
    return capture


def stream(url: str, *, transport: str, patience_s: float) -> cv2.VideoCapture:
    """A network stream, opened.

    Args:
        url: Its address.
        transport: ``tcp`` or ``udp``, where it is RTSP.
        patience_s: Opening it, or waiting for one frame, ends after so long.

    Raises:
        CameraError: It cannot be opened.
    """
    _be_quiet()
    if os.environ.get(_OPTIONS, "") in {"", *_OWN_OPTIONS.values()}:
        os.environ[_OPTIONS] = _OWN_OPTIONS[transport]
    patience_ms = max(1, round(patience_s * 1e3))
    timeouts = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, cv2.CAP_PROP_READ_TIMEOUT_MSEC]
    capture = cv2.VideoCapture(
        url, cv2.CAP_FFMPEG, [each for which in timeouts for each in (which, patience_ms)]
    )
    if not capture.isOpened():
        raise CameraError(f"{without_secrets(url)} cannot be opened: {_reason(url)}")
    return capture


def pipeline(text: str) -> cv2.VideoCapture:
    """A GStreamer pipeline that ends in ``appsink``, opened.

    Raises:
        CameraError: This OpenCV has no GStreamer, or the pipeline cannot run.
    """
    if not has_gstreamer():
        raise CameraError(
            f"OpenCV {cv2.__version__} here is built without GStreamer, as pip's is",
            "Give the stream's own address (rtsp://...), or build OpenCV with it: "
            "CMAKE_ARGS=-DWITH_GSTREAMER=ON pip install --no-binary opencv-python-headless "
            "--force-reinstall opencv-python-headless",
        )
    _be_quiet()
    capture = cv2.VideoCapture(text, cv2.CAP_GSTREAMER)
    if not capture.isOpened():
        raise CameraError(
            "the GStreamer pipeline cannot run",
            "Try it with gst-launch-1.0; for millsight it must end in: "
            "videoconvert ! video/x-raw,format=GRAY8 ! appsink drop=true max-buffers=2",
        )
    return capture


def has_gstreamer() -> bool:
    """Whether the installed OpenCV reads GStreamer pipelines."""
    return re.search(r"GStreamer:\s+YES", cv2.getBuildInformation()) is not None


def without_secrets(target: str) -> str:
    """A stream's address without user, password and query, which must not reach logs."""
    if "://" not in target:
        return target
    parts = urlsplit(target)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _reason(url: str) -> str:
    """Why a stream does not open, as far as its host can be asked: OpenCV does not say."""
    parts = urlsplit(url)
    try:
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return "its port is no number up to 65535"
    if not parts.hostname or port is None:
        return "OpenCV does not know it"
    try:
        socket.create_connection((parts.hostname, port), timeout=_ASK_S).close()
    except socket.gaierror:
        return f"the network knows no {parts.hostname}"
    except TimeoutError:
        return f"{parts.hostname} does not answer on port {port}"
    except OSError as error:
        return f"{parts.hostname}, port {port}: {(error.strerror or str(error)).lower()}"
    return (
        f"{parts.hostname} answers on port {port} but gives no video; check the path, user and "
        "password"
    )


def _be_quiet() -> None:
    """Keep OpenCV and FFmpeg from writing to stderr at every trial: errors are raised."""
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    if "OPENCV_LOG_LEVEL" not in os.environ:
        # OpenCV 5 has moved it.
        set_level = getattr(cv2, "setLogLevel", None) or cv2.utils.logging.setLogLevel
        set_level(_SILENT)
