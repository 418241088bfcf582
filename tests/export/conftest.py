"""Data and finished runs that the export tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.export.toy import SPLITS, finished_run
from tests.train.tiny import write_strips


@pytest.fixture(scope="session")
def strips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A COCO folder of 64×32 frames, two regions each."""
    return write_strips(tmp_path_factory.mktemp("export") / "strips", SPLITS)


@pytest.fixture(scope="session")
def runs(strips: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A finished run of each task."""
    root = tmp_path_factory.mktemp("runs")
    return {
        task: finished_run(root / task, strips, task)
        for task in ("binary", "multiclass", "multilabel")
    }
