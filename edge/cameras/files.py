"""Images on disk as a camera: a file, a folder of files, in the order of their names."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from edge.cameras.base import Camera
from edge.core.errors import (
    DataError,
    ImageError,
    MissingPathError,
)
from edge.core.files import is_there
from edge.core.frame import BadFrame, Frame
from edge.core.images import MAX_PIXELS, SUFFIXES, read_grey, what_is
from edge.core.inspection import Cause


class FileCamera(Camera):
    """Gives each image of files and folders as a frame; one that cannot be read as a bad frame.

    Args:
        paths: Images, or folders whose images are taken (not those of folders within).
        convert_colour: Turn real colour into grey rather than refuse it.
        most_pixels: Images of more pixels are refused.

    Raises:
        MissingPathError: A path does not exist.
        DataError: There is no image in any of them.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        *,
        convert_colour: bool = False,
        most_pixels: int = MAX_PIXELS,
    ) -> None:
        self.files = [file for path in paths for file in image_files(path)]
        if not self.files:
            raise DataError(
                f"there is no image in {', '.join(map(str, paths))}",
                f"Give images, by content or named {', '.join(sorted(SUFFIXES))}",
            )
        self.name = str(paths[0])
        self._convert_colour = convert_colour
        self._most_pixels = most_pixels
        self._closed = False

    def __iter__(self) -> Iterator[Frame | BadFrame]:
        for number, path in enumerate(self.files):
            if self._closed:
                return
            try:
                pixels = read_grey(
                    path, convert_colour=self._convert_colour, most_pixels=self._most_pixels
                )
            except (ImageError, MissingPathError) as error:
                now = time.monotonic()
                yield BadFrame(number, now, str(path), Cause.UNREADABLE, str(error))
                continue
            yield Frame(pixels, number, time.monotonic(), str(path))

    def close(self) -> None:
        self._closed = True


def image_files(path: Path) -> list[Path]:
    """The image itself, or a folder's images, numbers in their names in numeric order.

    A folder's images are the files that are images by their content, and whatever is named as one,
    so that nobody believes that a damaged one, or a pipe of that name, was inspected.

    Raises:
        MissingPathError: There is no such path.
    """
    if not is_there(path):
        raise MissingPathError(f"there is no file or folder {path}")
    if not path.is_dir():
        return [path]
    try:
        files = [p for p in path.iterdir() if _is_image(p)]
    except OSError as error:
        raise MissingPathError(f"folder {path} cannot be read: {error.strerror}") from None
    return sorted(files, key=lambda file: natural_order(file.name))


def _is_image(path: Path) -> bool:
    if path.name.startswith(".") or path.is_dir():
        return False
    return path.suffix.lower() in SUFFIXES or what_is(path).kind == "image"


def natural_order(name: str) -> list[tuple[int, str]]:
    """A key that sorts names with the numbers in them as numbers."""
    return [
        (int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name)
    ]
