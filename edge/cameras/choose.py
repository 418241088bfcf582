"""The camera that a word on the command line names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from edge.cameras.base import Camera
from edge.cameras.files import FileCamera
from edge.images import SUFFIXES


def open_camera(name: str, *, convert_colour: bool = False) -> Camera:
    """An image, folder, video, stream (``scheme://…``), device file, or index of a USB camera.

    Raises:
        MissingPathError: It looks like a path and there is none.
        DataError: It is a folder without images.
        CameraError: It cannot be opened.
    """
    path = Path(name)
    if name.isdecimal() and not path.exists():
        return _video(int(name), convert_colour)
    if "://" in name or _is_video(path):
        return _video(name, convert_colour)
    return FileCamera([path], convert_colour=convert_colour)


def open_files(paths: Sequence[Path], *, convert_colour: bool = False) -> Iterator[Camera]:
    """Images and folders as one camera, whose frames are numbered through, and each video as one.

    Every path is looked at before the first is opened.

    Raises:
        MissingPathError: A path does not exist.
        DataError: A folder holds no image.
        CameraError: A video cannot be opened.
    """
    images = [path for path in paths if not _is_video(path)]
    pictures = FileCamera(images, convert_colour=convert_colour) if images else None
    videos = [_video(str(path), convert_colour) for path in paths if _is_video(path)]
    if pictures is not None:
        yield pictures
    yield from videos


def _is_video(path: Path) -> bool:
    """Whether it is there and is neither a folder nor named as an image: a device file, too."""
    return path.exists() and not path.is_dir() and path.suffix.lower() not in SUFFIXES


def _video(target: int | str, convert_colour: bool) -> Camera:
    from edge.cameras.opencv import OpenCVCamera

    return OpenCVCamera(target, convert_colour=convert_colour)
