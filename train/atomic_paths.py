"""Context managers for folders: atomic creation, and readable errors where reading fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edge.core.errors import DataError, UnwritableError
from edge.core.files import writable, written_beside


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turn an ``OSError`` in the block into a ``DataError`` that names the path.

    Raises:
        DataError: ``path``, or a file in it, cannot be read.
    """
    try:
        yield
    except OSError as error:
        raise DataError(
            f"{error.filename or path} cannot be read: {error.strerror or error}",
            "Give yourself read permission, or choose another path",
        ) from None


@contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """A temporary folder that becomes ``out`` on success and is removed on failure.

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
