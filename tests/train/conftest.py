"""What tests of refused permissions share, and those of a finished run of the instance network."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.made_once import made_once
from tests.train.instances.frames import write_frames
from tests.train.instances.runs import OPTIONS, train

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


@pytest.fixture(scope="session")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of frames with masks."""
    counts = {"train": 6, "val": 5, "holdout": 3}

    def make(folder: Path) -> None:
        write_frames(folder / "frames", counts)

    return made_once(tmp_path_factory, "marked", make) / "frames"


@pytest.fixture(scope="session")
def finished(marked: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of a run on them, and what it said on stderr."""

    def make(folder: Path) -> None:
        looks = ("--judge-every", 2, "--judge-frames", 3)
        told = train("--data", marked, "--out", folder / "run", *OPTIONS, *looks)
        (folder / "told").write_text(told)

    folder = made_once(tmp_path_factory, "finished", make)
    return folder / "run", (folder / "told").read_text()
