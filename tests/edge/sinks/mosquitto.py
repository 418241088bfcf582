"""A real broker for tests, on a free port of loopback, and a subscriber that notes what comes."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock

import pytest

PROGRAM = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
PATIENCE_S = 60.0

needs_mosquitto = pytest.mark.skipif(
    PROGRAM is None, reason="there is no mosquitto here (Debian: apt install mosquitto)"
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(met: Callable[[], object], *, seconds: float = PATIENCE_S) -> None:
    """Poll, since a loaded machine takes its time."""
    until = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.02)


class Mosquitto:
    """A broker that can be stopped and started again and remembers its sessions."""

    def __init__(self, folder: Path, *settings: str) -> None:
        self.port = free_port()
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        lines = [
            f"listener {self.port} 127.0.0.1",
            *(settings or ("allow_anonymous true",)),
            "persistence true",
            f"persistence_location {folder}/",
            f"user {'root' if os.geteuid() == 0 else 'nobody'}",
        ]
        (folder / "mosquitto.conf").write_text("\n".join(lines) + "\n")
        self.start()

    def start(self) -> None:
        command = [PROGRAM, "-c", str(self._folder / "mosquitto.conf")]
        self._process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        wait_for(self._answers)

    def _answers(self) -> bool:
        assert self._process.poll() is None, "mosquitto has ended"
        try:
            socket.create_connection(("127.0.0.1", self.port), 1.0).close()
        except OSError:
            return False
        return True

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(PATIENCE_S)
            self._process = None


class Subscriber:
    """Hears all topics in a session that the broker keeps while this one is away."""

    def __init__(self, port: int, *, user: str | None = None, password: str | None = None) -> None:
        from paho.mqtt.client import CallbackAPIVersion, Client

        self._lock = Lock()
        self._messages: list[tuple[str, bytes]] = []
        self._ready = False
        self.client = Client(CallbackAPIVersion.VERSION2, client_id="the-test", clean_session=False)
        if user is not None:
            self.client.username_pw_set(user, password)
        self.client.reconnect_delay_set(0.1, 0.5)
        self.client.on_connect = lambda *_: self.client.subscribe("#", qos=1)
        self.client.on_subscribe = lambda *_: setattr(self, "_ready", True)
        self.client.on_message = self._hear
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        wait_for(lambda: self._ready)

    def _hear(self, _client, _data, message) -> None:
        told = message.topic, message.payload
        with self._lock:
            # The broker says again what it stopped before hearing that this one had heard it.
            if not (message.dup and told in self._messages):
                self._messages.append(told)

    def raw(self, topic: str) -> list[bytes]:
        with self._lock:
            return [payload for name, payload in self._messages if name == topic]

    def heard(self, topic: str) -> list[dict]:
        return [json.loads(payload) for payload in self.raw(topic)]

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()
