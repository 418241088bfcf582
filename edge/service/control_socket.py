"""Commands to the running line on this device, through a socket in its state folder."""

from __future__ import annotations

import json
import selectors
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

from edge.core.clock import SYSTEM_CLOCK, Clock
from edge.core.errors import (
    ConfigError,
    MillsightError,
    NoLineError,
)
from edge.service.coil_commands import read_coil_command
from edge.service.descriptors import spares_too_few

NAME = "control.sock"
_MODE = 0o660
"""Owner and group of the service may send commands."""
_PATIENCE_S = 2.0
"""How long a client may take for its command, however it drips, in seconds."""
MOST = 16
"""Clients at a time."""
_LOOK_S = 0.2
_PAUSE_S = 0.2
"""Seconds to wait after a failed ``accept``, for example if file descriptors run out."""
_LONGEST = 8192
"""Most bytes of a command or an answer."""


class Control:
    """Listens for commands while the line runs.

    Args:
        state: Folder in which the socket is made; it must be there.
        on_coil: Takes the name of a coil that begins, None where one ends; called in a thread.
        clock: Tells when a client's time is over.

    Raises:
        ConfigError: Another line listens there, or the socket cannot be created.
    """

    def __init__(
        self, state: Path, on_coil: Callable[[str | None], None], clock: Clock = SYSTEM_CLOCK
    ) -> None:
        self._path = state / NAME
        self._on_coil = on_coil
        self._clock = clock
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
        self._thread.join(_PATIENCE_S)
        self._socket.close()

    def _listen(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ)
            clients: dict[socket.socket, _Client] = {}
            while not self._closed.is_set():
                for key, _ in selector.select(_LOOK_S):
                    if key.fileobj is self._socket:
                        self._let_in(selector, clients)
                    # One that has made way for another in this round is not there any more.
                    elif (client := clients.get(key.data)) is not None:
                        self._hear(client)
                now = self._clock.now()
                for connection, client in list(clients.items()):
                    if client.done or now >= client.until:
                        selector.unregister(connection)
                        connection.close()
                        del clients[connection]
            for connection in clients:
                connection.close()

    def _let_in(
        self, selector: selectors.BaseSelector, clients: dict[socket.socket, _Client]
    ) -> None:
        """Take a connection; whoever has been there longest goes where there are too many."""
        try:
            connection, _ = self._socket.accept()
        except OSError:
            self._closed.wait(_PAUSE_S)
            return
        if spares_too_few(connection):
            connection.close()
            self._closed.wait(_PAUSE_S)
            return
        if len(clients) >= MOST:
            oldest = next(iter(clients))
            selector.unregister(oldest)
            oldest.close()
            del clients[oldest]
        connection.setblocking(False)
        clients[connection] = _Client(connection, self._clock.now() + _PATIENCE_S)
        selector.register(connection, selectors.EVENT_READ, connection)

    def _hear(self, client: _Client) -> None:
        try:
            if client.whole():
                request = client.received.partition(b"\n")[0]
                answer = json.dumps(self._answer(request)).encode() + b"\n"
                client.connection.send(answer)
                client.done = True
        except BlockingIOError:
            return
        except OSError:
            client.done = True

    def _answer(self, request: bytes) -> dict[str, str | bool]:
        try:
            self._on_coil(read_coil_command(request))
        except (ValueError, MillsightError) as error:
            return {"done": False, "why": str(error)}
        return {"done": True}


@dataclass(slots=True)
class _Client:
    """A connection, what came of its command, and until when it may take."""

    connection: socket.socket
    until: float
    received: bytes = b""
    done: bool = False

    def whole(self) -> bool:
        """Take what has come; whether it is all, or too much."""
        part = self.connection.recv(_LONGEST)
        self.received += part
        return not part or b"\n" in part or len(self.received) > _LONGEST


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
        listener.setblocking(False)
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
