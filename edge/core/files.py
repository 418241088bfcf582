"""Files and folders that are whole or absent, and the system's refusals in words."""

from __future__ import annotations

import logging
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from edge.core.errors import UnwritableError

_LOG = logging.getLogger(__name__)


@contextmanager
def writable(path: Path) -> Iterator[None]:
    """Within it, what the system will not let be written or removed is named.

    Raises:
        UnwritableError: ``path``, or what is in it, cannot be written.
    """
    try:
        yield
    except OSError as error:
        raise UnwritableError(f"{path} cannot be written: {error.strerror or error}") from None


@contextmanager
def written_beside(target: Path, *, suffix: str = "", durable: bool = False) -> Iterator[Path]:
    """A temporary path beside ``target``, at which a file or a folder is to be made.

    It takes the name of ``target`` when all went well and is removed when not. A link is followed;
    a device or pipe is given as it is, to be written to.

    Args:
        target: What is replaced or made.
        suffix: What the temporary name ends with, for libraries that go by that; ``.part`` is
            before it.
        durable: Whether a file is on the disk before it has its name, so that a power failure
            leaves the old one or the new one, and after this the new one.

    Raises:
        UnwritableError: It cannot be written, or ``target`` not be replaced.
    """
    with writable(target):
        whole = target.resolve()
        if whole.exists() and not whole.is_file() and not whole.is_dir():
            yield whole
            return
        # A name that nobody can guess: in a shared folder, nobody has it open beforehand.
        temporary = whole.with_name(f".{whole.name}.{secrets.token_hex(8)}.part{suffix}")
        try:
            yield temporary
            if durable:
                _sync(temporary)
            os.replace(temporary, whole)
            if durable:
                _sync(whole.parent)
            _LOG.debug("wrote %s", target)
        finally:
            if temporary.is_dir():
                shutil.rmtree(temporary, ignore_errors=True)
            else:
                with suppress(OSError):
                    temporary.unlink()


@contextmanager
def writing_whole(path: Path, *, durable: bool = False, mode: int = 0o666) -> Iterator[BinaryIO]:
    """Write a file piece by piece; it has its name when all of it is written (``written_beside``).

    It is created with the permissions ``mode``, less the process's umask.

    Raises:
        UnwritableError: The folder is missing or cannot be written, or the disk is full.
    """
    with (
        written_beside(path, durable=durable) as temporary,
        open(temporary, "wb", opener=lambda name, flags: os.open(name, flags, mode)) as file,
    ):
        yield file


def write_whole(path: Path, data: bytes | str, *, durable: bool = True, mode: int = 0o666) -> None:
    """Write a file whole or not at all (``writing_whole``).

    Raises:
        UnwritableError: The folder is missing or cannot be written, or the disk is full.
    """
    with writing_whole(path, durable=durable, mode=mode) as file:
        file.write(data.encode() if isinstance(data, str) else data)


def _sync(path: Path) -> None:
    """Wait until a file's content, or a folder's list of names, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
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
