"""Atomic writing of files and folders, and readable errors where the system refuses."""

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
    """Turn an ``OSError`` within the block into an error that names ``path``.

    Raises:
        UnwritableError: ``path``, or a file in it, cannot be written or removed.
    """
    try:
        yield
    except OSError as error:
        raise UnwritableError(f"{path} cannot be written: {error.strerror or error}") from None


@contextmanager
def written_beside(target: Path, *, suffix: str = "", durable: bool = False) -> Iterator[Path]:
    """Yield a temporary path beside ``target``; the caller creates a file or folder there.

    If the block succeeds, the temporary is renamed to ``target``; if it fails, the temporary is
    removed. A symbolic link is followed. A device or pipe is yielded itself, to be written to.

    Args:
        target: File or folder to replace or create.
        suffix: End of the temporary name, after ``.part``, for libraries that choose the format
            by it.
        durable: Whether the content is synced to the disk before the rename: a power failure
            leaves the old or the new content, never a part; once this returns, the new one.

    Raises:
        UnwritableError: The temporary cannot be written, or ``target`` cannot be replaced.
    """
    with writable(target):
        whole = target.resolve()
        if whole.exists() and not whole.is_file() and not whole.is_dir():
            yield whole
            return
        # The name cannot be guessed, so in a shared folder nobody else can have opened it before.
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
    """Open a file for atomic writing: it appears under its name when the block ends without error.

    It is created with the permissions ``mode``, less the process's umask; see ``written_beside``.

    Raises:
        UnwritableError: The folder is missing or cannot be written, or the disk is full.
    """
    with (
        written_beside(path, durable=durable) as temporary,
        open(temporary, "wb", opener=lambda name, flags: os.open(name, flags, mode)) as file,
    ):
        yield file


def write_whole(path: Path, data: bytes | str, *, durable: bool = True, mode: int = 0o666) -> None:
    """Write a file atomically (``writing_whole``).

    Raises:
        UnwritableError: The folder is missing or cannot be written, or the disk is full.
    """
    with writing_whole(path, durable=durable, mode=mode) as file:
        file.write(data.encode() if isinstance(data, str) else data)


def _sync(path: Path) -> None:
    """Sync a file's content, or a folder's list of names, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(path: Path) -> None:
    """Create a folder and its parents.

    Raises:
        UnwritableError: It cannot be created, or a file of that name exists.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnwritableError(f"folder {path} cannot be created: {error.strerror}") from None


def check_writable(path: Path) -> None:
    """Check early, before hours of work, that a file can be written at the end.

    Raises:
        UnwritableError: Its folder is missing or cannot be written.
    """
    folder = path.parent
    if not folder.is_dir():
        raise UnwritableError(f"{path} cannot be written: there is no folder {folder}")
    if not os.access(folder, os.W_OK) or path.is_dir():
        raise UnwritableError(f"{path} cannot be written: permission denied or it is a folder")


def ends_within_a_line(path: Path) -> bool:
    """Whether a text file's last line has no line break: a power failure cut it off.

    Raises:
        OSError: It cannot be read.
    """
    if not path.is_file() or path.stat().st_size == 0:
        return False
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) != b"\n"
