"""Files and folders that are whole or absent, and the system's refusals in words.

Whatever is written by name goes through here: a link that another user may have planted is not
followed (``edge.core.symlinks``), no file is opened for writing under a name that can be guessed
unless it is certain that it is the one meant, and a file that is replaced keeps its permissions.
"""

from __future__ import annotations

import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from edge.core.errors import UnwritableError
from edge.core.package_logger import package_logger
from edge.core.symlinks import followed

_LOG = package_logger(__name__)

_OTHERS = stat.S_IWGRP | stat.S_IWOTH
_PERMISSIONS = 0o777


def is_there(path: Path) -> bool:
    """Whether a path names something; one that is too long or holds a null byte names nothing."""
    return os.path.exists(path)  # noqa: PTH110 - Path.exists raises for such a name.


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
def written_beside(
    target: Path, *, suffix: str = "", durable: bool = False, replace: bool = True
) -> Iterator[Path]:
    """A temporary path beside ``target``, at which a file or a folder is to be made.

    It takes the name of ``target`` when all went well and is removed when not. A link is followed
    unless another user may have planted it; a device or pipe is given as it is, to be written to.

    Args:
        target: What is replaced or made.
        suffix: What the temporary name ends with, for libraries that go by that; ``.part`` is
            before it.
        durable: Whether a file is on the disk before it has its name, so that a power failure
            leaves the old one or the new one, and after this the new one.
        replace: Whether a file of that name gives way.

    Raises:
        UnwritableError: It cannot be written, ``target`` not be replaced, or a link not be
            followed.
        FileExistsError: It is there and was not to be replaced.
    """
    exists = False
    with writable(target):
        whole = followed(target)
        if whole.is_symlink() or (whole.exists() and not whole.is_file() and not whole.is_dir()):
            yield whole  # A device, a pipe, or a link of /proc to an open file.
            return
        # The name cannot be guessed, so in a shared folder nobody else can have opened it before.
        temporary = whole.with_name(f".{whole.name}.{secrets.token_hex(8)}.part{suffix}")
        try:
            yield temporary
            if durable:
                _sync(temporary)
            if replace:
                os.replace(temporary, whole)
            else:
                exists = not _named_anew(temporary, whole)
            if durable:
                _sync(whole.parent)
            if not exists:
                _LOG.debug("wrote %s", target)
        finally:
            if temporary.is_dir() and not temporary.is_symlink():
                shutil.rmtree(temporary, ignore_errors=True)
            else:
                with suppress(OSError):
                    temporary.unlink()
    if exists:
        raise FileExistsError(f"{target} exists")


@contextmanager
def writing_whole(
    path: Path, *, durable: bool = False, mode: int | None = None, replace: bool = True
) -> Iterator[BinaryIO]:
    """Write a file piece by piece; it has its name when all of it is written (``written_beside``).

    Args:
        path: The file.
        durable: As in ``written_beside``.
        mode: Its permissions, less the process's umask. None keeps those of this user's file that
            is replaced; a new one has all but what the umask takes.
        replace: As in ``written_beside``.

    Raises:
        UnwritableError: The folder is missing or cannot be written, or the disk is full.
        FileExistsError: It is there and was not to be replaced.
    """
    with written_beside(path, durable=durable, replace=replace) as temporary:
        kept = _kept_mode(path) if mode is None else None
        with open(_created(temporary, mode), "wb") as file:
            if kept is not None:
                os.fchmod(file.fileno(), kept)
            yield file


def write_whole(
    path: Path,
    data: bytes | str,
    *,
    durable: bool = True,
    mode: int | None = None,
    replace: bool = True,
) -> None:
    """Write a file whole or not at all (``writing_whole``).

    Raises:
        UnwritableError: The folder is missing or cannot be written, or the disk is full.
        FileExistsError: It is there and was not to be replaced.
    """
    with writing_whole(path, durable=durable, mode=mode, replace=replace) as file:
        # A name that is no UTF-8 may stand in a text.
        file.write(data.encode(errors="backslashreplace") if isinstance(data, str) else data)


def open_to_append(path: Path, *, read: bool = False) -> int:
    """A descriptor that appends to a file (``open_unplanted``); ``read``: that reads it as well.

    Raises:
        UnwritableError: It is another user's, where it may have been planted.
        OSError: It cannot be opened.
    """
    return open_unplanted(path, (os.O_RDWR if read else os.O_WRONLY) | os.O_APPEND)


def open_unplanted(path: Path, flags: int) -> int:
    """A descriptor of a file that is written to as it is, made where there is none.

    A link is followed unless another user may have planted it. In a folder that others may write,
    another user's file is refused: who made it chose its name for that.

    Args:
        path: The file; a device or pipe is opened as it is.
        flags: As of ``os.open``.

    Raises:
        UnwritableError: It is another user's, where it may have been planted.
        OSError: It cannot be opened.
    """
    flags |= os.O_CLOEXEC
    whole = followed(path)
    if whole.is_symlink():  # One of /proc, that names an open file.
        return os.open(whole, flags)
    descriptor = os.open(whole, flags | os.O_CREAT | os.O_NOFOLLOW, 0o666)
    try:
        _refuse_strangers_file(path, os.fstat(descriptor), whole.parent.stat())
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _refuse_strangers_file(path: Path, file: os.stat_result, folder: os.stat_result) -> None:
    mine = {0, os.geteuid()}
    if stat.S_ISCHR(file.st_mode) or file.st_uid in mine or not folder.st_mode & _OTHERS:
        return
    if folder.st_uid == file.st_uid and folder.st_uid in mine:
        return
    raise UnwritableError(
        f"{path} belongs to another user (uid {file.st_uid}), in a folder that others may write to",
        "Remove it, or name a place that only you may write to",
    )


def _created(temporary: Path, mode: int | None) -> int | Path:
    """What is to be opened: a file that was made just now, or a device."""
    if temporary.exists():
        return temporary
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.open(temporary, flags, 0o666 if mode is None else mode)


def _kept_mode(path: Path) -> int | None:
    """Permissions that a file keeps when it is replaced: those of this user's own."""
    try:
        status = path.stat()
    except OSError:
        return None
    ours = stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid()
    return status.st_mode & _PERMISSIONS if ours else None


def _named_anew(temporary: Path, whole: Path) -> bool:
    """Give a file its name where nothing has it; whether it did."""
    try:
        os.link(temporary, whole)
    except FileExistsError:
        return False
    except OSError:
        # A file system without hard links, such as a memory card's.
        if os.path.lexists(whole):
            return False
        os.replace(temporary, whole)
    return True


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
        UnwritableError: It cannot be created, something else has that name, or a link on the way
            to it may have been planted.
    """
    try:
        followed(path).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnwritableError(f"folder {path} cannot be created: {error.strerror}") from None


def check_writable(path: Path) -> None:
    """Check early, before hours of work, that a file can be written at the end.

    Raises:
        UnwritableError: Its folder is missing or cannot be written, or a link on the way to it may
            have been planted.
    """
    folder = path.parent
    if not folder.is_dir():
        raise UnwritableError(f"{path} cannot be written: there is no folder {folder}")
    with writable(path):
        whole = followed(path)
    if not os.access(whole.parent, os.W_OK) or whole.is_dir():
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
