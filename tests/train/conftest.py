"""What tests of refused permissions share."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

NOBODY = 65534


@pytest.fixture
def unprivileged() -> Iterator[None]:
    """Takes root's rights away for a test, since root may read and write everything."""
    if os.geteuid() != 0:
        yield
        return
    try:
        os.setresuid(NOBODY, NOBODY, 0)
    except OSError:
        pytest.skip("root's rights cannot be laid down here")
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


@pytest.fixture
def open_path(unprivileged: None) -> Iterator[Path]:
    """As ``tmp_path``, but owned by a user who is not root, who the test runs as."""
    folder = Path(tempfile.mkdtemp())
    yield folder
    for path in [folder, *folder.rglob("*")]:
        if path.is_dir():
            path.chmod(0o755)
    shutil.rmtree(folder)


@contextmanager
def closed_folder(folder: Path) -> Iterator[None]:
    """Within it nobody but root may look into the folder."""
    folder.chmod(0o000)
    try:
        yield
    finally:
        folder.chmod(0o755)
