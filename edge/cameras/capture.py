"""Opens what FFmpeg and OpenCV read: video files, streams; USB cameras, GStreamer pipelines."""

from __future__ import annotations

import os
import re
import socket
from http.client import HTTPException, HTTPResponse, responses
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.parse import urlsplit

import cv2

from edge.cameras.http_mjpeg import open_multipart
from edge.cameras.usb_settings import UsbSettings
from edge.cameras.video_decoder import load_av
from edge.core.errors import CameraError
from edge.core.images import MAX_PIXELS
from edge.core.redaction import has_raw_password, without_secrets

if TYPE_CHECKING:
    from av.container import InputContainer

_OPTIONS = "OPENCV_FFMPEG_CAPTURE_OPTIONS"
# FFmpeg's nobuffer is left out: it throws the first key frame away, and some cameras send the
# next only after many seconds.
_RAW_PASSWORD = (
    "its password holds '/', '?' or '#', which end it in an address: write them as %2F, %3F and %23"
)
_PORTS = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443, "rtmp": 1935}
_ASK_S = 2.0
_SILENT = 0


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


def video(path: Path, *, most_pixels: int = MAX_PIXELS) -> InputContainer:
    """A video file, opened.

    Raises:
        CameraError: It is no video that FFmpeg reads, or its frames are too large.
        MissingExtraError: PyAV is not installed.
    """
    av = load_av()
    try:
        # Without the prefix a name with a colon would be a protocol's.
        container: InputContainer = av.open(f"file:{path}")
    except (av.FFmpegError, OSError, ValueError) as error:
        raise CameraError(
            f"{path} cannot be opened as a video: {_said(error)}",
            "Play it to see whether it is one",
        ) from None
    return _with_frames(container, str(path), most_pixels)


def stream(
    url: str, *, transport: str, patience_s: float, most_pixels: int = MAX_PIXELS
) -> InputContainer:
    """A network stream, opened by FFmpeg.

    Args:
        url: Its address.
        transport: ``tcp`` or ``udp``, where it is RTSP.
        patience_s: Opening it, or waiting for one frame, ends after so long.
        most_pixels: Frames of more are refused.

    Raises:
        CameraError: It cannot be opened.
        MissingExtraError: PyAV is not installed.
    """
    av = load_av()
    options = _options() or {"rtsp_transport": transport}
    try:
        container: InputContainer = av.open(url, options=options, timeout=patience_s)
    except (av.FFmpegError, OSError, ValueError):
        raise CameraError(f"{without_secrets(url)} cannot be opened: {reason(url)}") from None
    return _with_frames(container, without_secrets(url), most_pixels)


def multipart(url: str, *, patience_s: float) -> HTTPResponse | None:
    """A motion JPEG stream over HTTP, opened; None where the address is of something else.

    Args:
        url: Its address.
        patience_s: Opening it, or waiting for bytes, ends after so long.

    Raises:
        CameraError: It cannot be opened.
    """
    try:
        return open_multipart(url, patience_s)
    except (OSError, ValueError, HTTPException) as error:
        told = ""
        if isinstance(error, HTTPError):
            told = f"it answers {error.code} {responses.get(error.code, '')}".rstrip()
        raise CameraError(
            f"{without_secrets(url)} cannot be opened: {told or reason(url)}"
        ) from None


def _with_frames(container: InputContainer, name: str, most_pixels: int) -> InputContainer:
    """Refuse what has no pictures, or such as would take too much memory."""
    if not container.streams.video:
        container.close()
        raise CameraError(f"{name} holds no pictures")
    context = container.streams.video[0].codec_context
    if context.width * context.height > most_pixels:
        size = f"{context.width}×{context.height}"
        container.close()
        raise CameraError(
            f"{name} has frames of {size} pixels; {most_pixels / 1e6:g} million are allowed",
            "[camera] max_megapixels, or --max-megapixels, allows more",
        )
    return container


def _options() -> dict[str, str]:
    """FFmpeg's options from the variable that OpenCV reads: ``key;value|key;value``."""
    given = os.environ.get(_OPTIONS, "").split("|")
    pairs = (pair.partition(";")[::2] for pair in given if ";" in pair)
    return dict(pairs)


def _said(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error).lower()


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


def reason(url: str) -> str:
    """Why a stream does not open, as far as its host can be asked."""
    return _RAW_PASSWORD if has_raw_password(url) else _told_by_host(url)


def _told_by_host(url: str) -> str:
    parts = urlsplit(url)
    try:
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return "its port is no number up to 65535"
    if not parts.hostname or port is None:
        return "FFmpeg does not know it"
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
