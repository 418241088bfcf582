"""Files and folders that are whole or absent, and the system's refusals in words."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from edge.core.errors import DataError, UnwritableError


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Within it, what the system will not let be read is named.

    Raises:
        DataError: ``path``, or what is in it, cannot be read.
    """
    try:
        yield
    except OSError as error:
        raise DataError(
            f"{error.filename or path} cannot be read: {error.strerror or error}",
            "Give yourself the right to read it, or name another",
        ) from None


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
def written_beside(target: Path) -> Iterator[Path]:
    """A temporary path beside ``target``, of its suffix, for a file or a folder.

    It takes the name of ``target`` when all went well and is removed when not.

    Raises:
        UnwritableError: It cannot be written, or ``target`` not be replaced.
    """
    whole = target.absolute()
    temporary = whole.with_name(f".{uuid4().hex}{target.suffix}")
    try:
        with writable(target):
            yield temporary
            os.replace(temporary, whole)
    finally:
        if temporary.is_dir():
            shutil.rmtree(temporary, ignore_errors=True)
        else:
            with suppress(OSError):
                temporary.unlink()


@contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """A folder to fill that becomes ``out`` when all went well and is removed when not.

    Raises:
        UnwritableError: ``out`` exists and is not an empty folder, or cannot be written.
    """
    with writable(out):
        taken = out.exists() and (not out.is_dir() or any(out.iterdir()))
    if taken:
        raise UnwritableError(f"{out} exists already", "Name a new folder, or remove this one")
    with written_beside(out) as folder:
        folder.mkdir(parents=True)
        yield folder
