"""A broker that acknowledges what it is told to and hangs up when it is told to (MQTT 3.1.1)."""

from __future__ import annotations

import socket
import struct
from contextlib import suppress
from threading import Thread

_CONNECT, _PUBLISH, _SUBSCRIBE = 1, 3, 8


class FakeBroker:
    """Notes each outbox message that comes, for each connection.

    Args:
        plan: For each connection how many messages it acknowledges, and after how many it hangs up;
            the last goes for all connections after it.
        port: On loopback; 0 takes any that is free.
    """

    def __init__(self, *plan: tuple[int, int], port: int = 0) -> None:
        self._plan = plan
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port = self._listener.getsockname()[1]
        self.connections: list[list[bytes]] = []
        Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                acknowledge, hang_up_after = self._plan[
                    min(len(self.connections), len(self._plan) - 1)
                ]
                heard: list[bytes] = []
                self.connections.append(heard)
                with connection, suppress(OSError, IndexError):
                    self._talk(connection, heard, acknowledge, hang_up_after)
                    _hang_up(connection)

    def _talk(self, connection, heard, acknowledge, hang_up_after) -> None:
        while len(heard) < hang_up_after:
            kind, body = _packet(connection)
            if kind == _CONNECT:
                connection.sendall(b"\x20\x02\x00\x00")
            elif kind == _SUBSCRIBE:
                connection.sendall(b"\x90\x03" + body[:2] + b"\x01")
            elif kind == _PUBLISH:
                (length,) = struct.unpack(">H", body[:2])
                topic, mid = body[2 : 2 + length], body[2 + length : 4 + length]
                if topic.endswith(b"/state"):
                    connection.sendall(b"\x40\x02" + mid)
                    continue
                heard.append(body[4 + length :])
                if len(heard) <= acknowledge:
                    connection.sendall(b"\x40\x02" + mid)
        # What was acknowledged must arrive: closing with messages unread would discard it.
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass


def _hang_up(connection: socket.socket) -> None:
    """Close it when the client has: closing over what nobody read discards what was answered."""
    connection.shutdown(socket.SHUT_WR)
    connection.settimeout(5.0)
    while connection.recv(4096):
        pass


def _packet(connection: socket.socket) -> tuple[int, bytes]:
    first = connection.recv(1)[0]
    length = shift = 0
    while True:
        digit = connection.recv(1)[0]
        length |= (digit & 0x7F) << shift
        shift += 7
        if not digit & 0x80:
            break
    body = b""
    while len(body) < length:
        part = connection.recv(length - len(body))
        if not part:
            raise OSError("the client has gone")
        body += part
    return first >> 4, body
