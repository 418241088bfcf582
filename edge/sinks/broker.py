"""The connection to an MQTT broker: forwards an outbox and outlives the broker's absences.

Two threads. paho's own connects, reconnects with growing pauses, and sends again, in order, what a
lost connection left without an acknowledgement. The forwarding thread hands messages from the
outbox to paho, a window at a time, and deletes those that the broker has acknowledged; a message
that paho holds when the process ends is therefore still in the outbox (at least once, QoS 1).
"""

from __future__ import annotations

import math
import random
import sys
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from threading import Event as Flag
from threading import Thread
from typing import TYPE_CHECKING, Any

from edge.config.outputs import MqttConfig
from edge.sinks.broker_status import BrokerStatus, RefusedError
from edge.sinks.mqtt_client import make_client
from edge.sinks.outbox import Outbox

if TYPE_CHECKING:
    from paho.mqtt.client import Client

_TURN_S = 0.05
"""Interval at which the outbox is looked at for new messages, in seconds."""
_STEADY_S = 10.0
"""Connections shorter than this count as failed attempts: the next pause is longer, in seconds."""
_ECHO_S = 5.0
"""Time for the broker to pass on this device's own ``online`` to it, in seconds."""
_OFTEN, _OFTEN_WITHIN_S = 4, 300.0
"""So many lost connections within so many seconds are no bad luck."""
_FAREWELL_S = 1.0
"""Time for the broker to acknowledge ``offline``, and again for the connection to end, in s."""


class Broker:
    """Forwards an outbox to a broker, and hears its commands.

    Args:
        config: Which broker, and how.
        outbox: What it forwards.
        state_topic: Retained there: ``online``, or ``offline`` once the connection is gone.
        command_topic: What comes there goes to ``on_command``, in paho's thread.
        on_command: Takes a command's payload.
        on_news: Takes a sentence when the broker goes or comes back, in paho's thread.
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
        self.name = f"{config.host}:{config.port_used}"
        self._outbox = outbox
        self._window = config.window
        self._state_topic = state_topic
        self._command_topic = command_topic
        self._on_command = on_command
        self._on_news = on_news
        self._status = BrokerStatus(self.name, outbox, on_news)
        self._first_pause_s, self._longest_pause_s = retry_s
        self._pause_s = self._first_pause_s
        self._latest: dict[str, bytes] = {}
        self._sent: dict[int, int] = {}
        """Messages that paho holds: their ids in the outbox by their ids at the broker."""
        self._acknowledged: deque[int] = deque()
        self._online: int | None = None
        self._client_id = config.name_at_broker
        self._lost_at: deque[float] = deque(maxlen=_OFTEN)
        self._tell_of_losses_at = 0.0
        self._told_of_dropped = False
        self._echo_due = math.inf
        self._connected_at = 0.0
        self._refusal: str | None = None
        self._attempting = True
        self._subscribed = False
        self._wake, self._closing, self._left = Flag(), Flag(), Flag()
        self._client = client = make_client(config)
        client.will_set(state_topic, b"offline", qos=1, retain=True)
        client.max_inflight_messages_set(0)  # the window is kept here
        client.on_pre_connect = self._on_pre_connect
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_publish = self._on_publish
        client.on_message = self._on_message
        self._set_pauses()
        client.connect_async(config.host, config.port_used, config.keepalive_s)
        client.loop_start()
        self._thread = Thread(target=self._run, name="millsight-mqtt", daemon=True)
        self._thread.start()

    @property
    def connected(self) -> bool:
        """Whether the broker is there."""
        return self._status.there

    def send_latest(self, topic: str, payload: bytes) -> None:
        """Send what is of use only now; where the broker is away, only the last for each topic."""
        self._latest[topic] = payload

    def close(self, *, flush_s: float = 2.0) -> None:
        """Send what can be sent in so many seconds, say ``offline`` and leave. Safe to repeat."""
        if self._closing.is_set():
            return
        until = time.monotonic() + flush_s
        while self._attempting and len(self._outbox) and time.monotonic() < until:
            time.sleep(_TURN_S)
        self._closing.set()
        self._wake.set()
        self._thread.join()
        if self.connected:
            last = self._client.publish(self._state_topic, b"offline", qos=1, retain=True)
            with suppress(ValueError, RuntimeError):  # the connection is lost after all
                last.wait_for_publish(_FAREWELL_S)
            self._client.disconnect()
            self._left.wait(_FAREWELL_S)
        else:
            # It may be connecting, which can take long; its thread ends by itself.
            self._client.disconnect()
        self._forget_what_arrived()

    def _run(self) -> None:
        while not self._closing.is_set():
            self._wake.wait(_TURN_S)
            self._wake.clear()
            # paho's thread ends at an exception that paho did not expect: this begins it again.
            self._client.loop_start()
            self._forget_what_arrived()
            if self._subscribed:
                if time.monotonic() > self._echo_due:
                    self._echo_due = math.inf
                    self._tell_of_dropped(
                        f"broker {self.name} does not pass on {self._state_topic} to this device, "
                        "which has just written there. Unless this user only may not read it, the "
                        "broker drops all that it publishes"
                    )
                self._forward()

    def _forget_what_arrived(self) -> None:
        arrived = []
        while self._acknowledged:
            id_ = self._sent.pop(self._acknowledged.popleft(), None)
            if id_ is not None:
                arrived.append(id_)
        if arrived:
            self._outbox.delivered(arrived)

    def _forward(self) -> None:
        while self._latest:
            self._client.publish(*self._latest.popitem(), qos=1)
        if len(self._sent) >= self._window or len(self._outbox) <= len(self._sent):
            return
        held = set(self._sent.values())
        for message in self._outbox.pending(self._window):
            if message.id in held:
                continue
            if not self._subscribed or len(self._sent) >= self._window:
                return
            # If the connection is lost meanwhile, paho sends it with the next one.
            mid = self._client.publish(message.topic, message.payload, qos=1).mid
            if mid in self._sent:
                return  # paho did not take it: the id is still in use after 65535 others
            self._sent[mid] = message.id

    def _set_pauses(self) -> None:
        # Devices that lost the same broker do not all come back in the same second.
        spread = random.uniform(0.5, 1.0)
        self._client.reconnect_delay_set(
            self._pause_s * spread,  # type: ignore[arg-type]  # it sleeps for fractions as well
            self._longest_pause_s * spread,  # type: ignore[arg-type]
        )

    def _on_pre_connect(self, _client: Client, _data: Any) -> None:
        self._attempting = True

    def _on_connect_fail(self, _client: Client, _data: Any) -> None:
        self._attempting = False
        # paho calls this while it handles the error, and does not pass it on.
        error = sys.exception()
        if not self._closing.is_set():
            self._status.lost(error if isinstance(error, OSError) else ConnectionError())

    def _on_connect(
        self, client: Client, _data: Any, _flags: Any, reason: Any, _properties: Any
    ) -> None:
        if reason.is_failure:
            self._refusal = (
                f"it refuses this device ({reason}); check user and password in [mqtt], "
                "and what the broker allows them"
            )
            return
        if self._closing.is_set():
            client.disconnect()
            return
        self._connected_at = time.monotonic()
        self._echo_due = math.inf
        client.subscribe([(self._command_topic, 1), (self._state_topic, 1)])
        if self._online is None:  # else paho sends the one that was not acknowledged
            self._online = client.publish(self._state_topic, b"online", qos=1, retain=True).mid
        self._status.back()

    def _on_disconnect(
        self, _client: Client, _data: Any, _flags: Any, reason: Any, _properties: Any
    ) -> None:
        self._attempting = self._subscribed = False
        if self._closing.is_set():
            self._left.set()
            return
        if self.connected and self._refusal is None:
            self._note_loss()
        steady = self.connected and time.monotonic() - self._connected_at > _STEADY_S
        if self._refusal is not None:
            self._status.lost(RefusedError(self._refusal))
        elif self.connected or reason != "Keep alive timeout":
            self._status.lost(ConnectionError("the connection was lost"))
        else:
            self._status.lost(ConnectionError("it does not answer"))
        self._refusal = None
        # paho itself would try a broker each second that takes the connection and closes it.
        self._pause_s = (
            self._first_pause_s if steady else min(self._longest_pause_s, 2.0 * self._pause_s)
        )
        self._set_pauses()

    def _tell_of_dropped(self, why: str) -> None:
        if not self._told_of_dropped:
            self._told_of_dropped = True
            self._on_news(
                f"{why}: allow this user to write below {self._state_topic.removesuffix('/state')}/"
            )

    def _note_loss(self) -> None:
        """Say what may be behind it where a broker that lets this device in keeps closing."""
        now = time.monotonic()
        self._lost_at.append(now)
        often = len(self._lost_at) == _OFTEN and now - self._lost_at[0] < _OFTEN_WITHIN_S
        if often and now >= self._tell_of_losses_at:
            self._tell_of_losses_at = now + _OFTEN_WITHIN_S
            self._on_news(
                f"broker {self.name} lets this device in and closes the connection, "
                f"{_OFTEN} times lately: is there another client of the name {self._client_id} "
                "(client_id), of which a broker admits one at a time? Or may this user not publish "
                f"below {self._state_topic.removesuffix('/state')}/?"
            )

    def _on_subscribe(
        self, _client: Client, _data: Any, _mid: int, reasons: list[Any], _properties: Any
    ) -> None:
        # With the answer to the subscription, paho has sent again what an earlier connection left:
        # what is sent from now on comes after it.
        self._subscribed = True
        self._wake.set()
        command, *state = reasons
        if state and not state[0].is_failure:
            # MQTT 3.1.1 has no word for a message that is dropped: the own one does not come back.
            self._echo_due = time.monotonic() + _ECHO_S
        if command.is_failure:
            self._on_news(
                f"broker {self.name} refuses to pass on {self._command_topic}: coils can not be "
                "begun over it; allow this user to read that topic"
            )

    def _on_publish(
        self, _client: Client, _data: Any, mid: int, reason: Any, _properties: Any
    ) -> None:
        if getattr(reason, "is_failure", False):
            self._tell_of_dropped(f"broker {self.name} drops what this device publishes ({reason})")
        if mid == self._online:
            self._online = None
        self._acknowledged.append(mid)
        self._wake.set()

    def _on_message(self, _client: Client, _data: Any, message: Any) -> None:
        if message.topic != self._command_topic:
            self._echo_due = math.inf
        # What is retained was said before this run, and comes again with each connection.
        elif not message.retain:
            self._on_command(message.payload)
