"""What is said of a datagram that is no count."""

from __future__ import annotations

import struct

import pytest

from edge.position.encoder_feed import EncoderFeed
from edge.position.odd_datagram import reason
from tests.edge.line.takes import until


@pytest.mark.parametrize(
    ("datagram", "why"),
    [
        (b"", "it is empty"),
        (b"4711\x00\x00\x00", "NUL bytes follow the digits"),
        (b"-12\n\x00", "NUL bytes follow the digits"),
        (b"+4711", "a plus sign"),
        (b"4711.0", "it has a fraction"),
        (b"4711,5\n", "it has a fraction"),
        (b"1e6", "it has an exponent"),
        (b"0x1267", "it is hexadecimal"),
        (b"1 2 3", "more than one number"),
        (b"1;2", "more than one number"),
        (b"9" * 30, "more than 20 digits"),
        (b"9" * 64, "more than 20 digits"),
        (b'{"count": 4711}', "it is text"),
        (b"x" * 64, "as long as 64 bytes"),
        (struct.pack("<i", 4711), "it looks like a binary number"),
        (struct.pack(">q", -4711), "it looks like a binary number"),
        (struct.pack("<d", 4711.0), "it looks like a binary number"),
        ("４７１１".encode(), "it looks like a binary number"),
        (b"\x1b[2J\x1b]52;c;x\x07", "it looks like a binary number"),
    ],
)
def test_the_reason_names_what_came(datagram, why):
    said = reason(datagram)
    assert why in said
    assert f"{len(datagram)} bytes" in said
    assert said.isprintable() and said.isascii()


@pytest.mark.loopback
def test_it_is_said_once_a_minute_with_the_count_of_the_others():
    clock, told = [100.0], []
    feed = EncoderFeed("udp://127.0.0.1:0", clock=lambda: clock[0], say=told.append)
    try:
        for number, at in enumerate([100.0, 101.0, 102.0, 161.0, 162.0], start=1):
            clock[0] = at
            feed._ignore(b"+1", at)
            assert feed.ignored == number
        assert len(told) == 2
        assert "(2 more" not in told[0] and "(2 more" in told[1]
    finally:
        feed.close()


@pytest.mark.loopback
def test_what_comes_over_the_network_is_said(monkeypatch):
    from tests.edge.position.test_encoder_feed import send

    told = []
    feed = EncoderFeed("udp://127.0.0.1:0", say=told.append)
    try:
        send(feed, b"4711\x00")
        until(lambda: told)
        assert "NUL bytes" in told[0]
    finally:
        feed.close()
