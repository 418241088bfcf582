"""Ctrl-C in the middle of training."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import click
import pytest

from train.loop.progress import TrainingProgress


@contextmanager
def ctrl_c_at_step(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> Iterator[pytest.ExceptionInfo[click.Abort]]:
    """Comes at that step of what trains in the context, which must abort; gives how it did."""
    step, steps = TrainingProgress.step, []

    def interrupting(self: TrainingProgress, loss: float) -> None:
        steps.append(loss)
        if len(steps) == number:
            signal.raise_signal(signal.SIGINT)
        step(self, loss)

    with monkeypatch.context() as patched:
        patched.setattr(TrainingProgress, "step", interrupting)
        with pytest.raises(click.Abort) as stop:
            yield stop
