"""An HTTP server for ``/metrics`` and ``/healthz``."""

from __future__ import annotations

import errno
import json
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from socketserver import TCPServer
from threading import Thread
from typing import Any

from edge.core.clock import SYSTEM_CLOCK, Clock
from edge.core.errors import ConfigError
from edge.service.descriptors import spares_too_few
from edge.service.health import Health

_PATIENCE_S = 5.0
"""How long a client may take for all of its request and the answer, in seconds."""
_LOOK_S = 0.2
MOST = 16
"""Connections at a time: a scraper needs one, a supervisor another."""

Exposition = Callable[[str], tuple[bytes, str]]
"""Returns the figures and their content type for a request's ``Accept`` header."""


class WebServer:
    """A small HTTP server in a separate thread.

    ``GET /healthz`` answers 200 where the line is well and 503 where it is not, with the reason as
    JSON. It knows no password and no TLS: it is for this device, or for a network that is trusted.
    Whoever comes when ``MOST`` are there takes the place of the one that has been there longest;
    whoever dawdles is cut off; and where the process is short of descriptors nobody is let in.

    Args:
        host: Address that it answers at.
        port: TCP port; 0 takes any that is free.
        exposition: What ``GET /metrics`` answers.
        health: What ``GET /healthz`` answers.
        clock: Tells whose time is over.

    Attributes:
        port: The port in use.

    Raises:
        ConfigError: Another program uses the port, or the address does not belong to this device.
    """

    def __init__(
        self,
        host: str,
        port: int,
        exposition: Exposition,
        health: Health,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        try:
            family, *_, address = socket.getaddrinfo(
                host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )[0]
            self._server = _Server(family, address, _handler(exposition, health), clock)
        except OSError as error:
            raise _unusable(host, port, error) from None
        self.port = int(self._server.server_address[1])
        self._thread = Thread(
            target=self._server.serve_forever, name="millsight-web", args=(_LOOK_S,), daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Stop the server. Safe to call twice."""
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(
        self, family: int, address: Any, handler: type[BaseHTTPRequestHandler], clock: Clock
    ) -> None:
        self.address_family = socket.AddressFamily(family)
        self._clock = clock
        self._connected: dict[socket.socket, float] = {}
        self._lock = threading.Lock()
        super().__init__(address, handler)

    def server_bind(self) -> None:
        # HTTPServer's version looks up the host name, which takes seconds without a name server.
        TCPServer.server_bind(self)

    def get_request(self) -> tuple[socket.socket, Any]:
        """The next connection; an ``OSError`` is taken as none."""
        try:
            connection, address = super().get_request()
        except OSError:
            # What could not be accepted is asked for again at once: it must not take the processor.
            time.sleep(_LOOK_S)
            raise
        if spares_too_few(connection) or not self._let_in(connection):
            connection.close()
            raise ConnectionAbortedError
        return connection, address

    def service_actions(self) -> None:
        """Cut off those whose time is over; called between two connections."""
        late = self._clock.now() - _PATIENCE_S
        with self._lock:
            for connection, since in self._connected.items():
                if since < late:
                    _hang_up(connection)

    def shutdown_request(self, request: Any) -> None:
        """One has ended."""
        with self._lock:
            self._connected.pop(request, None)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore errors of a connection, such as a client that hangs up."""

    def _let_in(self, connection: socket.socket) -> bool:
        """Make room for a connection; not where those that were cut off have not gone yet."""
        with self._lock:
            too_many = len(self._connected) + 1 - MOST
            for oldest in islice(self._connected, max(0, too_many)):
                _hang_up(oldest)
            if len(self._connected) >= 2 * MOST:
                return False
            self._connected[connection] = self._clock.now()
            return True


def _hang_up(connection: socket.socket) -> None:
    """Let the thread that waits for a connection find it at its end."""
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _handler(exposition: Exposition, health: Health) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = _PATIENCE_S
        server_version = "millsight"
        sys_version = ""

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path == "/metrics":
                body, kind = exposition(self.headers.get("Accept", ""))
                self._answer(200, body, kind)
            elif path == "/healthz":
                told = health.as_json()
                body = json.dumps(told, allow_nan=False).encode() + b"\n"
                self._answer(200 if told["well"] else 503, body, "application/json")
            else:
                self._answer(404, b"millsight answers /metrics and /healthz\n", "text/plain")

        def do_HEAD(self) -> None:
            self.do_GET()

        def _answer(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Do not log requests."""

    return Handler


def _unusable(host: str, port: int, error: OSError) -> ConfigError:
    where = f"[metrics] {host}:{port}"
    if error.errno == errno.EADDRINUSE:
        return ConfigError(
            f"{where} is already used by another program",
            "Choose another port in [metrics], or stop what uses it (ss -ltnp shows it)",
        )
    if error.errno == errno.EACCES:
        return ConfigError(f"{where} needs root's rights", "Choose a port from 1024")
    return ConfigError(
        f"{where} cannot be listened at: {error.strerror or error}",
        "Give an address of this device, or 127.0.0.1",
    )
