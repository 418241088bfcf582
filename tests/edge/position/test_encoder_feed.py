"""Counts that come by UDP: what they were at a moment, and what is no count."""

from __future__ import annotations

import socket

import pytest

from edge.core.errors import ConfigError
from edge.position.encoder_feed import EncoderFeed
from tests.edge.line.takes import until

NOW = 100.0
"""When all counts come that are sent."""


@pytest.fixture
def feed():
    feed = EncoderFeed("udp://127.0.0.1:0", counter_bits=16, clock=lambda: NOW)
    yield feed
    feed.close()
    feed.close()


def send(feed, *datagrams):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for datagram in datagrams:
            sender.sendto(datagram, ("127.0.0.1", feed.port))


def heard(feed, *pairs):
    """As if counts had come at these times."""
    feed._seen.clear()
    feed._seen.extend(pairs)


@pytest.mark.loopback
@pytest.mark.parametrize("datagram", [b"4711", b" 4711\n", b"4711\r\n", b"70247"])
def test_a_datagram_is_a_count_in_digits(feed, datagram):
    send(feed, datagram)
    until(lambda: feed(NOW) is not None)
    assert feed(NOW) == 4711


@pytest.mark.loopback
@pytest.mark.parametrize("datagram", [b"", b"12 13", b"12.5", b"abc", b"9" * 60, b"\xff\x00"])
def test_what_is_no_count_is_ignored(feed, datagram):
    send(feed, datagram, b"7")
    until(lambda: feed(NOW) is not None)
    assert feed(NOW) == 7
    assert feed.ignored == 1


@pytest.mark.loopback
def test_a_counter_that_rolls_over_goes_on(feed):
    for count in (65530, 4):
        send(feed, str(count).encode())
        until(lambda count=count: feed._seen and feed._seen[-1][1] % 65536 == count)
    assert feed._seen[-1][1] - feed._seen[0][1] == 10


@pytest.mark.parametrize(
    ("at", "count"),
    [
        (10.00, 100),
        (10.05, 150),
        (10.15, 250),  # between two
        (10.30, 400),  # after the last, at the speed of the last two
        (9.90, 100),  # a moment before the first
        (10.80, None),  # too long after the last
        (9.00, None),
    ],
)
def test_the_count_at_a_moment_lies_between_those_around_it(feed, at, count):
    heard(feed, (10.0, 100), (10.1, 200), (10.2, 300))
    assert feed(at) == count


def test_a_burst_of_late_datagrams_is_no_speed(feed):
    heard(feed, (10.0, 100), (10.1, 200), (10.2, 300), (10.2001, 310), (10.2002, 320))
    assert feed(10.25) == pytest.approx(320 + 60, abs=5)


def test_strip_that_stands_does_not_creep(feed):
    heard(feed, (10.0, 100), (10.1, 100), (10.2, 100))
    assert feed(10.4) == 100


def test_before_any_count_there_is_none(feed):
    assert feed(NOW) is None


def test_a_port_that_is_taken_is_named(feed):
    with pytest.raises(ConfigError, match=f"127.0.0.1:{feed.port}"):
        EncoderFeed(f"udp://127.0.0.1:{feed.port}")
