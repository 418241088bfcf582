"""The address of an encoder feed."""

from __future__ import annotations

from edge.core.errors import ConfigError


def parse_feed_address(address: str) -> tuple[str, int]:
    """Host and port of ``udp://HOST:PORT``.

    Raises:
        ConfigError: The address has another form.
    """
    host, _, port = address.removeprefix("udp://").rpartition(":")
    if not address.startswith("udp://") or not host or not port.isdecimal() or int(port) > 65535:
        raise ConfigError(
            f"{address} is not an address for encoder counts",
            "Give udp://HOST:PORT, such as udp://127.0.0.1:5577",
        )
    return host.strip("[]"), int(port)
