"""What answers at the port, and what a taken one is called."""

from __future__ import annotations

import http.client
import json
import socket

import pytest

from edge.core.errors import ConfigError
from edge.core.events import Event, EventKind
from edge.service.health import Health
from edge.service.web import MOST, WebServer
from tests.edge.clock import FakeClock

pytestmark = pytest.mark.loopback


@pytest.fixture
def health():
    return Health()


@pytest.fixture
def server(health):
    server = WebServer("127.0.0.1", 0, lambda accept: (b"figures 1\n", "text/plain"), health)
    yield server
    server.close()


def ask(server, path, method="GET"):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.request(method, path)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body


def test_healthz_follows_the_line(server, health):
    status, body = ask(server, "/healthz")
    assert (status, json.loads(body)["fault"]) == (503, "the line has not started yet")
    health.tick()
    status, body = ask(server, "/healthz?verbose")
    assert (status, json.loads(body)["well"]) == (200, True)
    health.tell(Event(EventKind.CAMERA_LOST, "the camera is lost"))
    status, body = ask(server, "/healthz")
    assert (status, json.loads(body)["fault"]) == (503, "the camera is lost")


@pytest.mark.parametrize(
    ("method", "path", "answer"),
    [
        ("GET", "/metrics", (200, b"figures 1\n")),
        ("HEAD", "/metrics", (200, b"")),
        ("GET", "/", (404, b"millsight answers /metrics and /healthz\n")),
        ("GET", "/../etc/passwd", (404, b"millsight answers /metrics and /healthz\n")),
    ],
)
def test_nothing_else_is_answered(server, method, path, answer):
    assert ask(server, path, method) == answer


def test_nothing_can_be_changed_over_it(server):
    assert ask(server, "/metrics", "POST")[0] == 501


def test_a_client_that_says_nothing_holds_up_nobody(server, health):
    health.tick()
    with socket.create_connection(("127.0.0.1", server.port)):
        assert ask(server, "/healthz")[0] == 200


def closed(connection):
    """Whether the other side has hung up; waits for it."""
    connection.settimeout(20)
    try:
        while connection.recv(4096):
            pass
    except ConnectionResetError:
        pass
    return True


def test_idle_connections_by_the_hundred_keep_nobody_out(server, health):
    health.tick()
    idle = []
    try:
        for number in range(10 * MOST):
            idle.append(socket.create_connection(("127.0.0.1", server.port), timeout=20))
            idle[-1].sendall(b"GET /metrics HTTP/1.0\r\nX")
            if number % MOST == 0:
                assert ask(server, "/healthz")[0] == 200
        assert ask(server, "/metrics")[0] == 200
        assert closed(idle[0])
        assert len(server._server._connected) <= 2 * MOST
    finally:
        for connection in idle:
            connection.close()


@pytest.mark.parametrize(
    "sent",
    [b"", b"G", b"GET /metrics HTTP/1.0\r\n", b"GET /metrics HTTP/1.0\r\nA: b\r\nC"],
    ids=["nothing", "a letter", "a line", "half a header"],
)
def test_a_client_that_drips_is_cut_off_when_its_time_is_over(health, sent):
    clock = FakeClock()
    server = WebServer("127.0.0.1", 0, lambda accept: (b"", ""), health, clock)
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as slow:
        slow.sendall(sent)
        ask(server, "/healthz")
        clock.advance(4.9)
        slow.sendall(b"x")
        ask(server, "/healthz")
        assert len(server._server._connected) >= 1
        clock.advance(0.2)
        assert closed(slow)
    server.close()


def test_one_who_reads_nothing_of_a_long_answer_is_cut_off(health):
    clock = FakeClock()
    server = WebServer("127.0.0.1", 0, lambda accept: (b"x" * (1 << 26), "t"), health, clock)
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as slow:
        slow.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
        assert slow.recv(1)
        clock.advance(5.1)
        assert closed(slow)
    server.close()


def test_where_descriptors_run_out_nobody_is_let_in_and_the_line_has_the_rest(
    server, health, monkeypatch
):
    health.tick()
    with monkeypatch.context() as short:
        short.setattr("edge.service.web.spares_too_few", lambda connection: True)
        with socket.create_connection(("127.0.0.1", server.port), timeout=20) as refused:
            assert closed(refused)
    assert ask(server, "/healthz")[0] == 200


def test_a_taken_port_is_an_error_of_the_configuration(server, health):
    with pytest.raises(ConfigError, match=r"is already used by another program.*Choose another"):
        WebServer("127.0.0.1", server.port, lambda accept: (b"", ""), health)


@pytest.mark.parametrize("host", ["203.0.113.7", "no-such-host.invalid"])
def test_an_address_of_another_device_is_named(host, health):
    with pytest.raises(ConfigError, match=f"{host}:9720 cannot be listened at.*127.0.0.1"):
        WebServer(host, 9720, lambda accept: (b"", ""), health)


def test_the_port_is_free_for_the_next_start_at_once(health):
    first = WebServer("127.0.0.1", 0, lambda accept: (b"", ""), health)
    with socket.create_connection(("127.0.0.1", first.port), timeout=20) as client:
        client.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
        # Who hangs up first keeps the port for a minute (TIME_WAIT).
        while client.recv(4096):
            pass
    first.close()
    first.close()
    WebServer("127.0.0.1", first.port, lambda accept: (b"", ""), health).close()
