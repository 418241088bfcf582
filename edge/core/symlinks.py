"""Links on the way to a file: those that others may have planted are not followed to write."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from edge.core.errors import UnwritableError

_MOST = 40
"""Links on one path, as the kernel allows."""
_PROC = ("/", "proc")
"""Links there name open files, not paths."""


def followed(path: Path) -> Path:
    """A path to be written to, with its links resolved; what is not there yet stays as it is.

    A link is followed that this user or root has made, or that leads to what its maker owns, in a
    folder that nobody else may write. Any other may have been planted, so that a program with more
    rights than its maker writes over a file for him.

    Raises:
        UnwritableError: There is such a link on the way.
        OSError: The links lead in a circle, or a folder may not be looked into.
    """
    here, todo, links = Path("/"), list(reversed(path.absolute().parts)), 0
    while todo:
        part = todo.pop()
        if part == "/":
            here = Path("/")
            continue
        if part == "..":
            here = here.parent
            continue
        step = here / part
        try:
            status = step.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return step.joinpath(*reversed(todo))
        if not stat.S_ISLNK(status.st_mode) or step.parts[:2] == _PROC:
            here = step
            continue
        links += 1
        if links > _MOST:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
        _refuse_planted(step, status)
        todo += reversed(step.readlink().parts)
    return here


def _refuse_planted(link: Path, status: os.stat_result) -> None:
    maker = status.st_uid
    if maker in {0, os.geteuid()}:
        return
    folder = link.parent.stat()
    others_write = folder.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    if not others_write and folder.st_uid == maker and _owner(link) == maker:
        return
    raise UnwritableError(
        f"{link} is a link that another user (uid {maker}) has made to {link.readlink()}; "
        "it is not followed",
        "Remove it, or name a place that only you may write to",
    )


def _owner(link: Path) -> int:
    """Who owns what a link leads to, or the folder in which that would be made."""
    try:
        return link.stat().st_uid
    except FileNotFoundError:
        return (link.parent / link.readlink()).parent.stat().st_uid
