"""What begins and ends a coil, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.core.errors import ConfigError
from edge.line.run_state import RunState
from edge.service.coil_commands import BURST, CoilCommandLimit, read_coil_command
from tests.edge.clock import FakeClock


@pytest.mark.parametrize(
    ("payload", "name"),
    [
        (b'{"begin": "A17"}', "A17"),
        (b'{"begin": " A 17 "}', "A 17"),
        ('{"begin": "Spule 4 ü"}'.encode(), "Spule 4 ü"),
        (b'{"end": true}', None),
    ],
)
def test_a_command_is_understood(payload, name):
    assert read_coil_command(payload) == name


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        (b"", "not JSON"),
        (b"begin A17", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 4000, "not JSON"),
        (b"[]", "neither"),
        (b"null", "neither"),
        (b'{"begin": 17}', "neither"),
        (b'{"end": false}', "neither"),
        (b'{"end": 1}', "neither"),
        (b'{"begin": "A17", "end": true}', "neither"),
        (b'{"begin": "  "}', "has no name"),
        (b'{"begin": "' + b"A" * 101 + b'"}', "longer than 100"),
        (b'{"begin": "A\\u0007"}', "cannot be printed"),
        (b'{"begin": "\\ud800"}', "cannot be printed"),
        (b" " * 5000, "too long"),
    ],
)
def test_anything_else_is_refused_with_the_reason(payload, why):
    with pytest.raises(ValueError, match=why):
        read_coil_command(payload)


@given(st.binary(max_size=200))
def test_no_request_breaks_the_server(payload):
    try:
        name = read_coil_command(payload)
    except ValueError:
        return
    assert name is None or name.isprintable()


def admitted(limit, count):
    """How many of so many commands at once are let through."""
    through = 0
    for _ in range(count):
        try:
            limit.admit()
        except ConfigError:
            continue
        through += 1
    return through


def test_a_flood_of_commands_is_refused_and_a_line_s_own_pace_is_not():
    clock = FakeClock()
    limit = CoilCommandLimit(clock)
    assert admitted(limit, 15_000) == BURST
    clock.advance(10.0)
    assert admitted(limit, 15_000) == 10
    for _ in range(1000):
        clock.advance(2.0)
        assert admitted(limit, 1) == 1


def test_commands_from_everywhere_count_together():
    state = RunState(live=True, clock=FakeClock())
    for number in range(BURST):
        state.begin_coil(f"coil {number}")
    with pytest.raises(ConfigError, match="at once"):
        state.begin_coil(None)
    assert len(state.records) == BURST
