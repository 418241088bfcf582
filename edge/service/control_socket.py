"""Commands to the running line on this device, through a socket in its state folder."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

from edge.core.errors import (
    ConfigError,
    MillsightError,
    NoLineError,
)
from edge.service.coil_commands import read_coil_command

NAME = "control.sock"
_MODE = 0o660
"""Owner and group of the service may send commands."""
_PATIENCE_S = 2.0
_PAUSE_S = 0.2
"""Seconds to wait after a failed ``accept``, for example if file descriptors run out."""
_LONGEST = 8192
"""Most bytes of a command or an answer."""


class Control:
    """Listens for commands while the line runs.

    Args:
        state: Existing folder for the socket.
        on_coil: Called with the name of a coil that begins, or None if one ends; in a thread.

    Raises:
        ConfigError: Another line listens there, or the socket cannot be created.
    """

    def __init__(self, state: Path, on_coil: Callable[[str | None], None]) -> None:
        self._path = state / NAME
        self._on_coil = on_coil
        try:
            _remove_left_over(self._path)
            self._socket = _listening(self._path)
        except OSError as error:
            raise ConfigError(
                f"{self._path} cannot be created: {error.strerror or error}",
                "The line runs, but millsight coil cannot reach it",
            ) from None
        self._closed = Event()
        self._thread = Thread(target=self._listen, name="control", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening. Safe to call twice."""
        if self._closed.is_set():
            return
        self._closed.set()
        with suppress(OSError):
            self._path.unlink()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _listen(self) -> None:
        while not self._closed.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                self._closed.wait(_PAUSE_S)
                continue
            with connection, suppress(OSError):
                connection.settimeout(_PATIENCE_S)
                connection.sendall(json.dumps(self._answer(_line_of(connection))).encode() + b"\n")

    def _answer(self, request: bytes) -> dict[str, str | bool]:
        try:
            self._on_coil(read_coil_command(request))
        except (ValueError, MillsightError) as error:
            return {"done": False, "why": str(error)}
        return {"done": True}


def command(state: Path, request: dict[str, str | bool]) -> None:
    """Send a command to the line that runs with this state folder.

    Raises:
        NoLineError: No line runs there.
        ConfigError: The line refuses the command, or this user may not send commands.
    """
    path = state / NAME
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(2 * _PATIENCE_S)
            line.connect(str(path))
            line.sendall(json.dumps(request).encode() + b"\n")
            answer = json.loads(_line_of(line))
    except (FileNotFoundError, ConnectionRefusedError):
        raise NoLineError(f"no line listens at {path}") from None
    except PermissionError:
        raise ConfigError(
            f"you may not command the line at {path}", "Run this as its user or root: sudo"
        ) from None
    except (OSError, ValueError) as error:
        raise NoLineError(f"the line at {path} does not answer: {error}") from None
    if not answer["done"]:
        raise ConfigError(f"the line refuses: {answer['why']}", "Nothing has changed")


def _listening(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(str(path))
        path.chmod(_MODE)
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


def _line_of(connection: socket.socket) -> bytes:
    """The bytes received up to a line break."""
    received = b""
    while b"\n" not in received and len(received) <= _LONGEST:
        part = connection.recv(_LONGEST)
        if not part:
            break
        received += part
    return received.partition(b"\n")[0]


def _remove_left_over(path: Path) -> None:
    """Remove the socket left over from a line that was killed.

    Raises:
        ConfigError: A line listens there.
    """
    if not path.is_socket():
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(_PATIENCE_S)
        try:
            line.connect(str(path))
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
            return
    raise ConfigError(
        f"another line listens at {path}",
        "millsight coil reaches only that line; give each line its own --state",
    )
