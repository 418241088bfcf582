"""Reading files that others may have made: regular files alone, never blocking, never without end.

A named pipe would be waited for, a device may act on being opened, and ``/dev/zero``, or a sparse
file, has no end that memory could hold.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

_KINDS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFDIR: "a folder",
}


SETTINGS_BYTES = 4 * 2**20
"""What a file of settings may have: a hundred times what any needs."""

LABELS_BYTES = 4 * 2**30
"""What a file of labels may have: several times COCO's own for 118,287 images."""

IMAGE_BYTES = 2**29
"""What an image may have, uncompressed and of the largest size that is read by default."""


class UnfitFileError(OSError):
    """What has that name is no regular file, or is larger than what is asked for can be."""


def read_regular(path: Path, most_bytes: int = SETTINGS_BYTES) -> bytes:
    """All of a regular file; a link to one is followed.

    Raises:
        UnfitFileError: It is no regular file, or holds more than ``most_bytes``.
        FileNotFoundError: There is none.
        OSError: It cannot be read.
    """
    return _read(path, most_bytes, whole=True)


def read_start(path: Path, count: int) -> bytes:
    """The first ``count`` bytes of a regular file, or all that it has.

    Raises:
        UnfitFileError: It is no regular file.
        FileNotFoundError: There is none.
        OSError: It cannot be read.
    """
    return _read(path, count, whole=False)


def _read(path: Path, most_bytes: int, *, whole: bool) -> bytes:
    if "\0" in str(path):
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
    # Asked first, since opening a device may act on it, and again of what was opened.
    _refuse_unfit(path, path.stat(), most_bytes, whole=whole)
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
    with open(os.open(path, flags), "rb", buffering=0) as file:
        _refuse_unfit(path, os.fstat(file.fileno()), most_bytes, whole=whole)
        parts, left = [], most_bytes + whole
        while left > 0 and (part := file.read(min(left, 2**24))):
            parts.append(part)
            left -= len(part)
    if whole and left <= 0:
        raise _too_large(path, most_bytes)
    return b"".join(parts)


def _refuse_unfit(path: Path, found: os.stat_result, most_bytes: int, *, whole: bool) -> None:
    if not stat.S_ISREG(found.st_mode):
        kind = _KINDS.get(stat.S_IFMT(found.st_mode), "of another kind")
        raise UnfitFileError(errno.EINVAL, f"it is {kind}, and no file", str(path))
    if whole and found.st_size > most_bytes:
        raise _too_large(path, most_bytes)


def _too_large(path: Path, most_bytes: int) -> UnfitFileError:
    return UnfitFileError(errno.EFBIG, f"it is larger than {most_bytes:,} bytes", str(path))
