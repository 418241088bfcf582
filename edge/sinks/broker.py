"""The connection to an MQTT broker: it forwards an outbox, and outlives the broker's absences.

All of it runs in one thread of its own. Each connection has a client of its own, which begins with
the oldest message that no broker has acknowledged: so what arrived is not sent again, and what is
sent comes in order.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from threading import Event as Flag
from threading import Thread
from typing import TYPE_CHECKING, Any

from edge.config.outputs import MqttConfig
from edge.core.errors import MissingExtraError
from edge.sinks.broker_status import BrokerStatus, RefusedError
from edge.sinks.outbox import Outbox
from edge.sinks.tls import tls_context

if TYPE_CHECKING:
    from paho.mqtt.client import Client

_TURN_S = 0.05
"""For how long the network is listened to before the outbox is looked at again, in seconds."""
_ANSWER_S = 10.0
"""Within which a broker must have answered, in seconds."""
_STEADY_S = 10.0
"""A connection that lasted so long was a good one: the next attempt is made at once, in seconds."""


class Broker:
    """Forwards an outbox to a broker, and hears its commands.

    Args:
        config: Which broker, and how.
        outbox: What it forwards.
        state_topic: Retained there: ``online``, or ``offline`` once the connection is gone.
        command_topic: What comes there goes to ``on_command``, in the connection's thread.
        on_command: Takes a command's payload.
        on_news: Takes a sentence when the broker goes or comes back, in the connection's thread.
        retry_s: The first and the longest pause between two attempts to connect, in seconds.

    Raises:
        MissingExtraError: paho-mqtt is not installed.
        ConfigError: A certificate or the password cannot be read.
    """

    def __init__(
        self,
        config: MqttConfig,
        outbox: Outbox,
        *,
        state_topic: str,
        command_topic: str,
        on_command: Callable[[bytes], None],
        on_news: Callable[[str], None],
        retry_s: tuple[float, float] = (1.0, 60.0),
    ) -> None:
        try:
            import paho.mqtt.client  # noqa: F401
        except ModuleNotFoundError:
            raise MissingExtraError(
                "[mqtt] needs the package paho-mqtt", "Install it: pip install 'millsight[mqtt]'"
            ) from None
        self.name = f"{config.host}:{config.port_used}"
        self._config = config
        self._outbox = outbox
        self._state_topic = state_topic
        self._command_topic = command_topic
        self._on_command = on_command
        self._on_news = on_news
        self._retry_s = retry_s
        self._password = config.password()
        self._tls = tls_context(config) if config.tls else None
        self._latest: dict[str, bytes] = {}
        self._sent: dict[int, int] = {}
        self._arrived: list[int] = []
        self._closing = Flag()
        self._flush_until = 0.0
        self._failure: str | None = None
        self._standing = BrokerStatus(self.name, outbox, on_news)
        self._thread = Thread(target=self._run, name="millsight-mqtt", daemon=True)
        self._thread.start()

    @property
    def connected(self) -> bool:
        """Whether the broker is there."""
        return self._standing.there

    def send_latest(self, topic: str, payload: bytes) -> None:
        """Send what is of use only now; where the broker is away, only the last for each topic."""
        self._latest[topic] = payload

    def close(self, *, flush_s: float = 2.0) -> None:
        """Send what can be sent in so many seconds, say ``offline`` and leave. Safe to repeat."""
        self._flush_until = self._flush_until or time.monotonic() + flush_s
        self._closing.set()
        self._thread.join(flush_s + 3.0)

    def _run(self) -> None:
        attempts = 0
        while not self._closing.is_set():
            began = time.monotonic()
            try:
                self._hold_connection()
            except Exception as error:
                # Whatever the network, the broker or the library throws: there will be a next time.
                if not self._closing.is_set():
                    self._standing.lost(error)
            finally:
                self._sent.clear()
            attempts = 0 if time.monotonic() - began > _STEADY_S else attempts + 1
            first, longest = self._retry_s
            # Devices that lost the same broker do not all come back in the same second.
            pause = min(longest, first * 2.0 ** min(attempts, 30)) * random.uniform(0.5, 1.0)
            self._closing.wait(pause)

    def _hold_connection(self) -> None:
        """Connect, and forward until the connection is lost or ``close`` was called."""
        client = self._client()
        began = time.monotonic()
        try:
            client.connect(self._config.host, self._config.port_used, self._config.keepalive_s)
            while not self._left(client):
                code = client.loop(_TURN_S)
                self._forget_what_arrived()
                if self._failure is not None:
                    raise RefusedError(self._failure)
                if code:
                    raise ConnectionError("the connection was lost")
                if self.connected:
                    self._forward(client)
                elif time.monotonic() - began > _ANSWER_S:
                    raise ConnectionError("it does not answer")
            client.disconnect()
        finally:
            self._forget_what_arrived()
            # Without a farewell the broker says ``offline`` for this device.
            if (socket := client.socket()) is not None:
                socket.close()

    def _forget_what_arrived(self) -> None:
        if self._arrived:
            self._outbox.delivered(self._arrived)
            self._arrived.clear()

    def _client(self) -> Client:
        from paho.mqtt.client import Client
        from paho.mqtt.enums import CallbackAPIVersion

        client = Client(CallbackAPIVersion.VERSION2, client_id=self._config.name_at_broker)
        if self._config.user is not None:
            secret = self._password.get_secret_value() if self._password else None
            client.username_pw_set(self._config.user, secret)
        if self._tls is not None:
            client.tls_set_context(self._tls)
        client.will_set(self._state_topic, b"offline", qos=1, retain=True)
        client.max_inflight_messages_set(0)  # the window is kept here
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_publish = self._on_publish
        client.on_message = self._on_message
        self._failure = None
        return client

    def _forward(self, client: Client) -> None:
        while self._latest:
            client.publish(*self._latest.popitem(), qos=1)
        if len(self._sent) >= self._config.window or len(self._outbox) <= len(self._sent):
            return
        on_their_way = set(self._sent.values())
        for message in self._outbox.pending(self._config.window):
            if message.id in on_their_way:
                continue
            sent = client.publish(message.topic, message.payload, qos=1)
            if sent.rc:
                return
            self._sent[sent.mid] = message.id
            if len(self._sent) >= self._config.window:
                return

    def _left(self, client: Client) -> bool:
        """Whether the connection was closed on purpose."""
        if not self._closing.is_set():
            return False
        now = time.monotonic()
        if len(self._outbox) and now < self._flush_until:
            return False
        if self.connected:
            last = client.publish(self._state_topic, b"offline", qos=1, retain=True)
            while not last.is_published() and time.monotonic() < now + 1.0:
                if client.loop(_TURN_S):
                    break
        return True

    def _on_connect(
        self, client: Client, _data: Any, _flags: Any, reason: Any, _properties: Any
    ) -> None:
        if reason.is_failure:
            self._failure = (
                f"it refuses this device ({reason}); check user and password in [mqtt], "
                "and what the broker allows them"
            )
            return
        client.subscribe(self._command_topic, qos=1)
        client.publish(self._state_topic, b"online", qos=1, retain=True)
        self._standing.back()

    def _on_subscribe(
        self, _client: Client, _data: Any, _mid: int, reasons: list[Any], _properties: Any
    ) -> None:
        if any(reason.is_failure for reason in reasons):
            self._on_news(
                f"broker {self.name} refuses to pass on {self._command_topic}: coils can not be "
                "begun over it; allow this user to read that topic"
            )

    def _on_publish(
        self, _client: Client, _data: Any, mid: int, _reason: Any, _properties: Any
    ) -> None:
        id_ = self._sent.pop(mid, None)
        if id_ is not None:
            self._arrived.append(id_)

    def _on_message(self, _client: Client, _data: Any, message: Any) -> None:
        # What is retained was said before this run, and comes again with each connection.
        if not message.retain:
            self._on_command(message.payload)
