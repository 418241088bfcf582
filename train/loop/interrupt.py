"""Ctrl-C as a request that training checks between batches."""

from __future__ import annotations

import signal
from types import FrameType
from typing import Self


class InterruptedTrainingError(Exception):
    """Training was interrupted by the user.

    Args:
        epochs_done: Epochs in the checkpoint.
    """

    def __init__(self, epochs_done: int) -> None:
        super().__init__(f"interrupted after {epochs_done} epochs")
        self.epochs_done = epochs_done


class InterruptRequest:
    """Context manager: Ctrl-C sets ``requested``, so that no batch and no file is cut short.

    A second Ctrl-C raises ``KeyboardInterrupt`` at once.
    """

    def __init__(self) -> None:
        self.requested = False

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGINT, self._request)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _request(self, number: int, frame: FrameType | None) -> None:
        if self.requested:
            raise KeyboardInterrupt
        self.requested = True
