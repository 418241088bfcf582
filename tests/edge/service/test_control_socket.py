"""Commands reach the running line, and nobody is left hanging where none runs."""

from __future__ import annotations

import json
import selectors
import socket
import stat
from threading import Event, Semaphore

import pytest

from edge.core.errors import ConfigError, NoLineError
from edge.service.control_socket import (
    MOST,
    NAME,
    Control,
    command,
)
from tests.edge.clock import FakeClock


@pytest.fixture
def told(tmp_path):
    heard = []
    control = Control(tmp_path, heard.append)
    yield tmp_path, heard
    control.close()


def test_coils_begin_and_end(told):
    state, heard = told
    command(state, {"begin": "4711-A"})
    command(state, {"end": True})
    command(state, {"begin": "4712"})
    assert heard == ["4711-A", None, "4712"]


@pytest.mark.parametrize(
    ("request_", "why"),
    [
        ({"begin": ""}, "the coil has no name"),
        ({"begin": "x" * 101}, "longer than 100 characters"),
        ({"begin": "a\nb"}, "cannot be printed"),
        ({"halt": True}, "neither"),
    ],
)
def test_what_makes_no_sense_is_refused_with_words(told, request_, why):
    state, heard = told
    with pytest.raises(ConfigError, match=why):
        command(state, request_)
    assert heard == []


def test_garbage_and_silence_do_not_stop_it(told):
    state, heard = told
    for sent in (b"\xff\xfe\n", b"x" * 20_000, b""):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as rude:
            rude.connect(str(state / NAME))
            rude.settimeout(10)
            try:
                rude.sendall(sent)
                rude.shutdown(socket.SHUT_WR)
                answer = rude.recv(4096)
            except (BrokenPipeError, ConnectionResetError):
                continue
            assert not answer or json.loads(answer)["done"] is False
    command(state, {"begin": "A"})
    assert heard == ["A"]


def test_without_a_line_it_says_so(tmp_path):
    with pytest.raises(NoLineError, match="no line listens"):
        command(tmp_path, {"end": True})


def test_the_socket_goes_with_the_line(tmp_path):
    control = Control(tmp_path, lambda name: None)
    assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o660
    control.close()
    control.close()
    assert list(tmp_path.iterdir()) == []


def test_a_killed_line_leaves_nothing_in_the_way(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as dead:
        dead.bind(str(tmp_path / NAME))
    with pytest.raises(NoLineError):
        command(tmp_path, {"end": True})
    heard = []
    control = Control(tmp_path, heard.append)
    command(tmp_path, {"begin": "B"})
    control.close()
    assert heard == ["B"]


def test_two_lines_do_not_share_a_folder(told):
    state, heard = told
    with pytest.raises(ConfigError, match="another line listens"):
        Control(state, lambda name: None)
    command(state, {"begin": "C"})
    assert heard == ["C"]


def test_a_folder_that_takes_no_socket_is_named(tmp_path):
    with pytest.raises(ConfigError, match="cannot be created"):
        Control(tmp_path / "none", lambda name: None)
    with pytest.raises(ConfigError, match="cannot be created: AF_UNIX path too long"):
        Control(tmp_path / ("x" * 120), lambda name: None)


def connected(state):
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.settimeout(20)
    client.connect(str(state / NAME))
    return client


def test_clients_that_drip_hold_up_nobody_and_are_cut_off(tmp_path):
    clock, heard = FakeClock(), []
    control = Control(tmp_path, heard.append, clock)
    drip = [connected(tmp_path) for _ in range(5)]
    for client in drip:
        client.sendall(b'{"beg')
    command(tmp_path, {"begin": "A"})
    clock.advance(1.9)
    for client in drip:
        client.sendall(b"i")
    command(tmp_path, {"begin": "B"})
    clock.advance(0.2)
    assert [client.recv(99) for client in drip] == [b""] * 5
    control.close()
    assert heard == ["A", "B"]
    for client in drip:
        client.close()


def test_however_many_come_one_more_is_heard(told):
    state, heard = told
    idle = [connected(state) for _ in range(5 * MOST)]
    command(state, {"begin": "A"})
    assert heard == ["A"]
    for client in idle:
        client.close()


def test_one_that_makes_way_while_it_speaks_ends_nothing(tmp_path, monkeypatch):
    """Its command and the newcomer are found in one look, the newcomer first."""
    known, both = Semaphore(0), Event()

    class Look(selectors.DefaultSelector):
        def register(self, *what):
            known.release()
            return super().register(*what)

        def select(self, timeout=None):
            found = super().select(timeout)
            if not both.is_set():
                return found
            return sorted(found, key=lambda each: each[0].data is not None) if found[1:] else []

    monkeypatch.setattr(selectors, "DefaultSelector", Look)
    heard = []
    control = Control(tmp_path, heard.append)
    clients = [connected(tmp_path) for _ in range(MOST)]
    for _ in ("the socket itself", *clients):
        assert known.acquire(timeout=60)
    both.set()
    clients.append(connected(tmp_path))
    clients[0].sendall(b'{"begin": "late"}\n')
    assert known.acquire(timeout=60)
    both.clear()
    command(tmp_path, {"begin": "A"})
    assert heard == ["A"]
    control.close()
    for client in clients:
        client.close()


@pytest.mark.parametrize("size", [8193, 100_000])
def test_a_command_without_end_is_refused(told, size):
    state, heard = told
    with connected(state) as client:
        try:
            client.sendall(b"x" * size)
            answer = client.recv(4096)
        except (BrokenPipeError, ConnectionResetError):
            answer = b""
        assert not answer or "too long" in json.loads(answer)["why"]
    assert heard == []


def test_a_line_that_refuses_says_why(tmp_path):
    def refuse(name):
        raise ConfigError("too many", "Find what sends them")

    control = Control(tmp_path, refuse)
    with pytest.raises(ConfigError, match="refuses: too many"):
        command(tmp_path, {"end": True})
    control.close()
