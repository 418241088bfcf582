"""A client of paho-mqtt as ``[mqtt]`` wants it: its name, its password, its encryption."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edge.config.outputs import MqttConfig
from edge.core.errors import MissingExtraError
from edge.sinks.tls import tls_context

if TYPE_CHECKING:
    from paho.mqtt.client import Client


def make_client(config: MqttConfig) -> Client:
    """A client that is not connected yet.

    Raises:
        MissingExtraError: paho-mqtt is not installed.
        ConfigError: A certificate or the password cannot be read.
    """
    try:
        from paho.mqtt.client import Client
        from paho.mqtt.enums import CallbackAPIVersion
    except ModuleNotFoundError:
        raise MissingExtraError(
            "[mqtt] needs the package paho-mqtt", "Install it: pip install 'millsight[mqtt]'"
        ) from None
    client = Client(CallbackAPIVersion.VERSION2, client_id=config.name_at_broker)
    password = config.password()
    if config.user is not None:
        client.username_pw_set(config.user, password.get_secret_value() if password else None)
    if config.tls:
        client.tls_set_context(tls_context(config))
    return client
