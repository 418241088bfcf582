"""What systemd hears, and that a stuck line falls silent."""

from __future__ import annotations

import os
import socket

import pytest

from edge.core.events import Event, EventKind
from edge.core.run_figures import RunFigures
from edge.service.health import Health
from edge.service.notify import Systemd
from tests.edge.sinks.samples import clean, defect, missed


class Manager:
    """Listens where systemd would."""

    def __init__(self, address: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(address)
        self._socket.setblocking(False)

    def heard(self) -> list[str]:
        messages = []
        while True:
            try:
                messages.append(self._socket.recv(4096).decode())
            except BlockingIOError:
                return messages

    def close(self) -> None:
        self._socket.close()


class Line:
    """A service whose clock and queue the test sets."""

    def __init__(self, environ: dict[str, str]) -> None:
        self.now = 0.0
        self.waiting = 0
        self.health = Health(waiting=lambda: self.waiting, clock=lambda: self.now)
        self.figures = RunFigures()
        self.systemd = Systemd(self.health, self.figures, environ=environ, clock=lambda: self.now)

    def tick(self, seconds: float = 0.0) -> None:
        for _ in range(int(seconds * 4) or 1):
            self.now += 0.25 if seconds else 0.0
            self.health.tick()
            self.systemd.tick()


@pytest.fixture(params=["path", "abstract"])
def address(request, tmp_path):
    return str(tmp_path / "notify") if request.param == "path" else f"@millsight-test-{os.getpid()}"


@pytest.fixture
def manager(address):
    manager = Manager("\0" + address[1:] if address.startswith("@") else address)
    yield manager
    manager.close()


@pytest.fixture
def line(manager, address):
    return Line({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "30000000"})


def test_it_says_ready_once_and_that_it_stops(line, manager):
    assert manager.heard() == []
    line.tick()
    line.tick(2)
    line.systemd.close()
    line.systemd.close()
    heard = manager.heard()
    assert heard[0] == "READY=1"
    assert heard.count("READY=1") == 1
    assert heard[-1] == "STOPPING=1"
    assert heard.count("STOPPING=1") == 1


def test_the_watchdog_is_fed_at_half_of_its_time(line, manager):
    line.tick(60)
    assert manager.heard().count("WATCHDOG=1") == 4


def test_a_stuck_line_feeds_no_watchdog(line, manager):
    line.tick(1)
    line.waiting = 4
    line.tick(14)
    manager.heard()
    line.tick(40)
    heard = manager.heard()
    assert "WATCHDOG=1" not in heard
    assert heard[-1].startswith("STATUS=NOT WELL: 4 frames wait and none was judged for")
    line.waiting = 0
    line.tick(1)
    assert "WATCHDOG=1" in manager.heard()


def test_an_overload_or_a_lost_camera_is_no_reason_to_start_again(line, manager):
    line.tick()
    line.health.tell(Event(EventKind.CAMERA_LOST, "the camera is lost"))
    for _ in range(120):
        line.health.watch(missed(), None)
        line.tick(0.5)
    heard = manager.heard()
    assert heard.count("WATCHDOG=1") >= 4
    assert "STATUS=NOT WELL: the camera is lost" in heard


def test_the_status_says_what_was_seen(line, manager):
    line.tick()
    line.systemd.tell(Event(EventKind.COIL_BEGAN, "coil A17 began", coil="A17"))
    for number in range(3):
        line.figures.add(clean(number))
    line.figures.add(missed())
    line.systemd.defect(defect())
    line.tick(6)
    told = "STATUS=coil A17, 4 frames, 1 m, 75.0% inspected in full, 1 defects"
    assert told in manager.heard()


@pytest.mark.parametrize(
    ("pid", "fed"),
    [
        (None, True),
        (str(os.getpid()), True),
        (str(os.getppid()), True),
        ("1" if os.getppid() != 1 else "2", False),
    ],
    ids=["of nobody", "of this process", "of its parent", "of another"],
)
def test_a_watchdog_of_another_process_is_not_fed(manager, address, pid, fed):
    environ = {"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "1000000"}
    line = Line(environ | ({"WATCHDOG_PID": pid} if pid else {}))
    line.tick(5)
    assert ("WATCHDOG=1" in manager.heard()) is fed


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"NOTIFY_SOCKET": ""},
        {"NOTIFY_SOCKET": "vsock:2:1"},
        {"NOTIFY_SOCKET": "/nowhere/notify", "WATCHDOG_USEC": "x"},
    ],
)
def test_where_nobody_listens_nothing_happens(environ):
    line = Line(environ)
    line.tick(6)
    line.systemd.close()
