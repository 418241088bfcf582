"""Data and finished runs that the export tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.export.toy import SPLITS, add_clean_frames, finished_run
from tests.train.tiny import write_strips

CLEAN = 8
"""Frames without a defect in each split."""


@pytest.fixture(scope="session")
def strips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A COCO folder of 64×32 frames, two regions each."""
    root = write_strips(tmp_path_factory.mktemp("export") / "strips", SPLITS)
    add_clean_frames(root, CLEAN)
    return root


@pytest.fixture(scope="session")
def runs(strips: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A finished run of each task."""
    root = tmp_path_factory.mktemp("runs")
    return {
        task: finished_run(root / task, strips, task)
        for task in ("binary", "multiclass", "multilabel")
    }
