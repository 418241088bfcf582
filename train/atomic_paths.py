"""Folders that are whole or absent, and folders that cannot be read, in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edge.core.errors import DataError, UnwritableError
from edge.core.files import writable, written_beside


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
