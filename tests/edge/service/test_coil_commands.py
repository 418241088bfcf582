"""What begins and ends a coil, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.service.coil_commands import read_coil_command


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
