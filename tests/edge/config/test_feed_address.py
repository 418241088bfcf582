"""The address of an encoder feed: what is one, and what is refused."""

from __future__ import annotations

import pytest

from edge.config.feed_address import parse_feed_address
from edge.core.errors import ConfigError


def test_an_address_is_a_host_and_a_port():
    assert parse_feed_address("udp://127.0.0.1:5577") == ("127.0.0.1", 5577)


@pytest.mark.parametrize(
    "address", ["127.0.0.1:5577", "udp://:5577", "udp://host", "udp://host:x", "tcp://host:1"]
)
def test_an_address_that_is_none_is_refused(address):
    with pytest.raises(ConfigError, match="not an address"):
        parse_feed_address(address)


def test_ipv6_is_an_address_too():
    assert parse_feed_address("udp://[::1]:5577") == ("::1", 5577)
