"""The camera that the configuration names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from edge.cameras.base import Camera
from edge.cameras.files import FileCamera
from edge.core.errors import CameraError, ConfigError
from edge.core.files import is_there
from edge.core.image_formats.content import NEEDED, content_of
from edge.core.images import MAX_PIXELS, what_is
from edge.core.redaction import without_secrets
from edge.core.regular_files import read_start

if TYPE_CHECKING:
    from edge.cameras.simulated_faults import SimulatedFaults
    from edge.config.camera import CameraConfig, FaultsConfig

_ONLY = {
    "usb": ("width", "height", "fps", "pixel_format", "exposure_ms"),
    "stream": ("transport",),
    "watched": ("existing", "settled_s"),
    "aravis": ("features", "encoder_chunk"),
    "simulated": ("width", "height", "defect_rate", "seed", "jitter_ms", "faults"),
}
"""Settings that only cameras of a kind have."""


def open_camera(
    config: CameraConfig,
    *,
    speed_m_s: float = 5.0,
    mm_per_line: float = 0.5,
    moving: Callable[[], bool] | None = None,
) -> Camera:
    """Open a camera; a live one is opened again whenever it is lost.

    Args:
        config: What to open, and how it is set.
        speed_m_s: Speed of the strip under a simulated camera.
        mm_per_line: Millimetres of strip in one of its lines.
        moving: Says whether the strip moves; while it stands, silence is no loss.

    Raises:
        MissingPathError: It looks like a path and there is none.
        DataError: It is a folder without images.
        CameraError: It cannot be opened, and ``wait_for_it`` is not set.
        ConfigError: A setting makes no sense, or belongs to another kind of camera.
        MissingExtraError: It needs a package that is not installed.
    """
    kind = kind_of(config.source)
    refuse_strangers(config, kind)
    if kind == "simulated":
        return _simulated(config, speed_m_s, mm_per_line)
    if kind == "watched":
        from edge.cameras.watched_folder import WatchedFolder

        return WatchedFolder(
            Path(config.source.removeprefix("watch:")),
            existing=config.existing,
            settled_s=config.settled_s,
            convert_colour=config.convert_colour,
            most_pixels=config.most_pixels,
        )
    if kind == "video":
        return _checked_video(config)
    if kind == "images":
        _require_images(Path(config.source))
        return FileCamera(
            [Path(config.source)],
            convert_colour=config.convert_colour,
            most_pixels=config.most_pixels,
        )
    return _reconnecting(config, kind, moving)


def open_files(
    paths: Sequence[Path], *, convert_colour: bool = False, most_pixels: int = MAX_PIXELS
) -> Iterator[Camera]:
    """Images and folders as one camera, whose frames are numbered through, and each video as one.

    Every path is looked for before the first is opened. What a file is, its content says; one that
    is neither image nor video, and a video that cannot be opened, is a bad frame among the others.

    Raises:
        MissingPathError: A path does not exist.
        DataError: A folder holds no image.
    """
    videos = [path for path in paths if _is_video(path)]
    images = [path for path in paths if path not in videos]
    if images:
        yield FileCamera(images, convert_colour=convert_colour, most_pixels=most_pixels)
    for path in videos:
        yield _video(path, convert_colour=convert_colour, most_pixels=most_pixels)


def kind_of(source: str) -> str:
    """What a source is: simulated, watched, aravis, gstreamer, stream, usb, video or images."""
    path = Path(source)
    for name, kind in (("watch:", "watched"), ("aravis:", "aravis"), ("gstreamer:", "gstreamer")):
        if source.startswith(name):
            return kind
    if source == "simulated":
        return "simulated"
    if "://" in source:
        return "stream"
    if source.startswith("/dev/") or (source.isdecimal() and not is_there(path)):
        return "usb"
    return "video" if _is_video(path) else "images"


def _reconnecting(config: CameraConfig, kind: str, moving: Callable[[], bool] | None) -> Camera:
    from edge.cameras.reconnecting import Reconnecting

    source = config.source
    if kind == "aravis":
        from edge.cameras.aravis import AravisCamera

        name, counts = source, AravisCamera.counts
        opening: Callable[[], Camera] = partial(
            AravisCamera,
            source.removeprefix("aravis:"),
            features=config.features,
            encoder_chunk=config.encoder_chunk,
            most_pixels=config.most_pixels,
        )
    else:
        name, counts, opening = _stream(config) if kind == "stream" else _by_opencv(config, kind)
    return Reconnecting(
        opening,
        name=name,
        counts=counts,
        wait_for_it=config.wait_for_it,
        silence_s=config.silence_s,
        first_frame_s=config.first_frame_s,
        retry_s=config.retry_s,
        longest_retry_s=config.longest_retry_s,
        moving=moving,
    )


def _stream(config: CameraConfig) -> tuple[str, bool, Callable[[], Camera]]:
    from edge.cameras import capture
    from edge.cameras.video import VideoCamera

    url, most_pixels = config.source, config.most_pixels
    name = without_secrets(url)
    patience_s = max(config.first_frame_s, config.silence_s)
    opened = partial(
        capture.stream,
        url,
        transport=config.transport,
        patience_s=patience_s,
        most_pixels=most_pixels,
    )
    convert = config.convert_colour

    def opening() -> Camera:
        if url.lower().startswith(("http://", "https://")):
            from edge.cameras.http_mjpeg import HttpMjpegCamera

            if (response := capture.multipart(url, patience_s=patience_s)) is not None:
                return HttpMjpegCamera(
                    response, name, convert_colour=convert, most_pixels=most_pixels
                )
        return VideoCamera(opened, name, live=True, convert_colour=convert, most_pixels=most_pixels)

    return name, VideoCamera.counts, opening


def _by_opencv(config: CameraConfig, kind: str) -> tuple[str, bool, Callable[[], Camera]]:
    from edge.cameras import capture
    from edge.cameras.opencv import OpenCVCamera
    from edge.cameras.usb_settings import UsbSettings

    source = config.source
    if kind == "gstreamer":
        name = "gstreamer pipeline"
        opened = partial(capture.pipeline, source.removeprefix("gstreamer:"))
    else:
        name = f"camera {source}"
        settings = UsbSettings(**{key: getattr(config, key) for key in _ONLY["usb"]})
        target = int(source) if source.isdecimal() else source
        opened = partial(capture.usb, target, name, settings)

    def opening() -> Camera:
        return OpenCVCamera(
            opened(),
            name,
            convert_colour=config.convert_colour,
            most_pixels=config.most_pixels,
        )

    return name, OpenCVCamera.counts, opening


def _simulated(config: CameraConfig, speed_m_s: float, mm_per_line: float) -> Camera:
    from edge.cameras.simulated import SimulatedCamera
    from edge.simulator.statistics import REAL_HEIGHT, REAL_WIDTH

    return SimulatedCamera(
        speed_m_s=speed_m_s,
        mm_per_line=mm_per_line,
        defect_rate=config.defect_rate,
        seed=config.seed,
        jitter_ms=config.jitter_ms,
        faults=_faults(config.faults, config.seed),
        width=config.width or REAL_WIDTH,
        height=config.height or REAL_HEIGHT,
    )


def _faults(config: FaultsConfig | None, seed: int) -> SimulatedFaults | None:
    from edge.cameras.simulated_faults import SimulatedFault, SimulatedFaults

    if config is None:
        return None
    return SimulatedFaults(
        {fault: getattr(config, fault.value) for fault in SimulatedFault},
        lasting_frames=config.lasting_frames,
        vanish_s=config.vanish_s,
        seed=seed,
    )


def refuse_strangers(config: CameraConfig, kind: str) -> None:
    """A setting that is not heeded would be believed to be."""
    for key in type(config).model_fields:
        owners = [owner for owner, keys in _ONLY.items() if key in keys]
        changed = getattr(config, key) != type(config).model_fields[key].default
        if owners and kind not in owners and changed:
            raise ConfigError(
                f"[camera] {key} is for the kinds {' and '.join(owners)}; the source is of the "
                f"kind {kind}",
                f"Take {key} out, or name another source",
            )


def _is_video(path: Path) -> bool:
    return is_there(path) and not path.is_dir() and what_is(path).kind == "video"


def _require_images(path: Path) -> None:
    """Refuse a camera that is one file and no image.

    Raises:
        CameraError: It is something else, by its content.
    """
    if is_there(path) and not path.is_dir():
        try:
            content = content_of(read_start(path, NEEDED))
        except OSError as error:
            raise CameraError(f"{path} is not read: {error.strerror}", "") from None
        if content.kind != "image":
            raise CameraError(f"{path} {content.refusal}", "Name an image, a folder or a video")


def _video(path: Path, *, convert_colour: bool, most_pixels: int) -> Camera:
    from edge.cameras.capture import video
    from edge.cameras.video import VideoCamera

    return VideoCamera(
        partial(video, path, most_pixels=most_pixels),
        str(path),
        live=False,
        convert_colour=convert_colour,
        most_pixels=most_pixels,
    )


def _checked_video(config: CameraConfig) -> Camera:
    """A video as the only camera, which must open."""
    from edge.cameras.capture import video

    path = Path(config.source)
    video(path, most_pixels=config.most_pixels).close()
    return _video(path, convert_colour=config.convert_colour, most_pixels=config.most_pixels)
