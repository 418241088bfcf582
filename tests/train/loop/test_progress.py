"""How training goes, shown or logged, and neither twice."""

from __future__ import annotations

import logging

import pytest

from edge.cli.command_log import CommandLog
from train.loop.progress import TrainingProgress

ROW = {
    **{"epoch": 1.0, "loss": 0.5, "accuracy": 0.75, "seconds": 2.0},
    **{"val_loss": 0.4, "val_accuracy": 0.8, "val_auroc": 0.9},
}
LINE = (
    "epoch 1/2  loss 0.5000  accuracy 0.7500  val loss 0.4000  accuracy 0.8000  AUROC 0.9000  2.0 s"
)


@pytest.fixture(params=[None, "info"])
def level(request):
    log = CommandLog()
    log.start_on_stderr(request.param, journal=lambda: False)
    yield request.param
    log.close()


def test_an_epoch_is_one_line(level, capsys):
    with TrainingProgress(2) as progress:
        progress.start_reading("val", 30)
        for _ in range(30):
            progress.advance()
        progress.start_epoch(1, 5)
        progress.step(0.5)
        progress.end_epoch(ROW)
    lines = capsys.readouterr().err.splitlines()
    if level is None:
        assert lines == [LINE]
    else:
        assert [line.partition("INFO     ")[2] for line in lines] == [
            "train.loop.progress: reading val: 30 frames",
            f"train.loop.progress: {LINE}",
        ]


def test_as_a_library_it_logs_to_its_own_logger(caplog):
    caplog.set_level(logging.INFO, "train")
    with TrainingProgress(2) as progress:
        progress.end_epoch(ROW)
    assert [(record.name, record.getMessage()) for record in caplog.records] == [
        ("train.loop.progress", LINE)
    ]
