"""Writing files whole or not at all."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from edge.core.errors import UnwritableError

_LOG = logging.getLogger(__name__)


def write_whole(path: Path, data: bytes | str, *, durable: bool = True, mode: int = 0o666) -> None:
    """Write a file under a temporary name beside its target, then rename it.

    A ``durable`` one is on the disk before it has its name, so a power failure leaves the old file
    or the new one, and once this returns the new one. It is created with the permissions ``mode``,
    less the process's umask. A link is followed; a device or pipe is written to as it is.

    Raises:
        UnwritableError: The folder is missing or cannot be written, or the disk is full.
    """
    content = data.encode() if isinstance(data, str) else data
    target = path.resolve()
    temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        if target.exists() and not target.is_file():
            target.write_bytes(content)
            return
        temporary.unlink(missing_ok=True)
        with open(temporary, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        os.replace(temporary, target)
        if durable:
            _sync_folder(target.parent)
        _LOG.debug("wrote %s", path)
    except OSError as error:
        raise UnwritableError(f"{path} cannot be written: {error.strerror}") from None
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


@contextmanager
def writing_whole(path: Path) -> Iterator[BinaryIO]:
    """Write a file piece by piece; it has its name when all of it is written, and not before.

    A link is followed; a device or pipe is written to as it is.

    Raises:
        UnwritableError: The folder is missing or cannot be written, or the disk is full.
    """
    target = path.resolve()
    temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        if target.exists() and not target.is_file():
            with target.open("wb") as file:
                yield file
            return
        with temporary.open("wb") as file:
            yield file
        os.replace(temporary, target)
        _LOG.debug("wrote %s", path)
    except OSError as error:
        raise UnwritableError(f"{path} cannot be written: {error.strerror}") from None
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(path: Path) -> None:
    """Create a folder and its parents.

    Raises:
        UnwritableError: It cannot be created, or something else has that name.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnwritableError(f"folder {path} cannot be created: {error.strerror}") from None


def check_writable(path: Path) -> None:
    """Find out now, rather than after hours, that a file could not be written at the end.

    Raises:
        UnwritableError: Its folder is missing or cannot be written.
    """
    folder = path.parent
    if not folder.is_dir():
        raise UnwritableError(f"{path} cannot be written: there is no folder {folder}")
    if not os.access(folder, os.W_OK) or path.is_dir():
        raise UnwritableError(f"{path} cannot be written: permission denied or it is a folder")


def ends_within_a_line(path: Path) -> bool:
    """Whether a text file's last line was cut off, as by a power failure: it has no line break.

    Raises:
        OSError: It cannot be read.
    """
    if not path.is_file() or path.stat().st_size == 0:
        return False
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) != b"\n"
