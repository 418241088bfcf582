"""sd_notify(3) in pure Python: tells systemd that the line is ready and alive."""

from __future__ import annotations

import math
import os
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

from edge.core.coil_defect import CoilDefect
from edge.core.events import Event, EventKind
from edge.core.frame import Frame
from edge.core.inspection import Inspection, Level
from edge.core.run_figures import RunFigures
from edge.core.sink import Sink
from edge.service.health import Health

_STATUS_S = 5.0
"""Seconds between two status lines; a fault is reported at once."""


class Systemd(Sink):
    """Notifies systemd if it has started this program; otherwise does nothing.

    It sends ``READY=1`` at the recorder's first tick, when models are loaded and the camera is
    open; ``WATCHDOG=1`` after each half of the unit's ``WatchdogSec`` as long as the line is not
    stuck; ``STATUS=`` for ``systemctl status``; ``STOPPING=1`` on close.

    Args:
        health: Health of the line; it comes before this sink.
        figures: Figures of the run, for the status.
        environ: The environment, with systemd's address.
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        health: Health,
        figures: RunFigures,
        *,
        environ: Mapping[str, str] = os.environ,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._health = health
        self._run_figures = figures
        self._clock = clock
        self._address = _address(environ.get("NOTIFY_SOCKET", ""))
        self._beat_s = _watchdog_s(environ) / 2.0
        self._beat_at = math.inf if math.isinf(self._beat_s) else clock()
        self._status_at = -math.inf
        self._status = ""
        self._ready = self._closed = False
        self._defects = 0
        self._coil = ""

    def write(self, inspection: Inspection, frame: Frame | None) -> None:
        """Do nothing: the run's figures count frames."""

    def defect(self, defect: CoilDefect) -> None:
        """Count a defect."""
        self._defects += 1

    def tell(self, event: Event) -> None:
        """Note the current coil."""
        if event.kind is EventKind.COIL_BEGAN:
            self._coil = event.coil
        elif event.kind is EventKind.COIL_ENDED:
            self._coil = ""

    def tick(self) -> None:
        """Send the notifications that are due."""
        if self._address is None:
            return
        now = self._clock()
        if not self._ready:
            self._ready = True
            self._send("READY=1")
        if now >= self._beat_at and self._health.stuck() is None:
            self._beat_at = now + self._beat_s
            self._send("WATCHDOG=1")
        fault = self._health.fault()
        if fault is not None or now - self._status_at >= _STATUS_S:
            self._status_at = now
            self._show(f"NOT WELL: {fault}" if fault else self._figures())

    def close(self) -> None:
        """Send ``STOPPING=1``. Safe to call twice."""
        if not self._closed:
            self._closed = True
            self._send("STOPPING=1")

    def _figures(self) -> str:
        coverage = self._run_figures.coverage
        frames = sum(coverage.frames.values())
        coil = f"coil {self._coil}, " if self._coil else ""
        return (
            f"{coil}{frames} frames, {coverage.passed_mm / 1000:.0f} m, "
            f"{coverage.share(Level.FULL):.1%} inspected in full, {self._defects} defects"
        )

    def _show(self, status: str) -> None:
        if status != self._status:
            self._status = status
            self._send("STATUS=" + status.replace("\n", " "))

    def _send(self, message: str) -> None:
        if self._address is None:
            return
        # systemd may be restarting; the line does not wait for it.
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to_systemd:
            to_systemd.setblocking(False)
            to_systemd.sendto(message.encode("utf-8", "replace"), self._address)


def _address(name: str) -> str | None:
    """A socket's address; a name that begins with @ is abstract (unix(7))."""
    if name.startswith("@"):
        return "\0" + name[1:]
    return name if name.startswith("/") else None


def _watchdog_s(environ: Mapping[str, str]) -> float:
    """The unit's ``WatchdogSec`` in seconds; infinite if it has none or means another process."""
    # The one-file binary runs as a child of the process that systemd has started.
    mine = environ.get("WATCHDOG_PID") in {None, str(os.getpid()), str(os.getppid())}
    text = environ.get("WATCHDOG_USEC", "")
    return int(text) / 1e6 if mine and text.isdecimal() and int(text) > 0 else math.inf
