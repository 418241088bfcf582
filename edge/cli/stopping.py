"""Stopping a line between two frames when a signal asks for it."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from edge.line.loop import Line

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C, a service manager's stop, and an ssh session that drops."""


@dataclass(slots=True)
class Stop:
    """Whether the line was stopped from the keyboard."""

    by_keyboard: bool = False


@contextmanager
def stopping(line: Line) -> Iterator[Stop]:
    """Let signals end the line after the frame in hand, so that its figures are whole.

    They stay tamed until the context ends; a third Ctrl-C breaks off at once.
    """
    stop, asked = Stop(), 0

    def handle(number: int, where: FrameType | None) -> None:
        nonlocal asked
        asked += 1
        stop.by_keyboard |= number == signal.SIGINT
        line.stop()
        if asked > 2:
            raise KeyboardInterrupt("stopped at the third request; the last figures are lost")

    before = {number: signal.signal(number, handle) for number in _SIGNALS}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
