"""An HTTP server for ``/metrics`` and ``/healthz``."""

from __future__ import annotations

import errno
import json
import socket
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from threading import Thread
from typing import Any

from edge.core.errors import ConfigError
from edge.service.health import Health

_PATIENCE_S = 5.0
"""Longest time for a client's request, in seconds."""

Exposition = Callable[[str], tuple[bytes, str]]
"""Returns the figures and their content type for a request's ``Accept`` header."""


class WebServer:
    """A small HTTP server in a separate thread.

    ``GET /healthz`` answers 200 if the line is well, else 503, with the reason as JSON. There is no
    password and no TLS: use it on this device or in a trusted network only.

    Args:
        host: Address to listen at.
        port: TCP port; 0 chooses a free port.
        exposition: Provides the answer to ``GET /metrics``.
        health: Provides the answer to ``GET /healthz``.

    Attributes:
        port: The port in use.

    Raises:
        ConfigError: Another program uses the port, or the address does not belong to this device.
    """

    def __init__(self, host: str, port: int, exposition: Exposition, health: Health) -> None:
        try:
            family, *_, address = socket.getaddrinfo(
                host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )[0]
            self._server = _Server(family, address, _handler(exposition, health))
        except OSError as error:
            raise _unusable(host, port, error) from None
        self.port = int(self._server.server_address[1])
        self._thread = Thread(
            target=self._server.serve_forever, name="millsight-web", args=(0.2,), daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Stop the server. Safe to call twice."""
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, family: int, address: Any, handler: type[BaseHTTPRequestHandler]) -> None:
        self.address_family = socket.AddressFamily(family)
        super().__init__(address, handler)

    def server_bind(self) -> None:
        # HTTPServer's version looks up the host name, which takes seconds without a name server.
        TCPServer.server_bind(self)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore errors of a connection, such as a client that hangs up."""


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
                state = health.as_json()
                body = json.dumps(state).encode() + b"\n"
                self._answer(200 if state["well"] else 503, body, "application/json")
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
