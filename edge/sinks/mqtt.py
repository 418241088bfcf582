"""MQTT: tells a broker of defects, frames, coils and events, and takes coils' names from it."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any

from edge import __version__
from edge.config.outputs import MqttConfig
from edge.core.clock import SYSTEM_CLOCK, Clock
from edge.core.coil_defect import CoilDefect
from edge.core.errors import MillsightError
from edge.core.events import Event, EventKind, Tell, untold
from edge.core.frame import Frame
from edge.core.inspection import Inspection, iso_time
from edge.core.run_figures import RunFigures
from edge.core.sink import Loss, Sink
from edge.service.coil_commands import read_coil_command
from edge.sinks.broker import Broker
from edge.sinks.outbox import MemoryOutbox, Outbox

_REFUSALS_TOLD = 10
_REFUSALS_EVERY_S = 60.0
"""At most so many commands that were not obeyed are told of in such a time; the rest is counted."""


class Mqtt(Sink):
    """Publishes under ``TOPIC/``, all with QoS 1, each payload a JSON object with an ``id``.

    ========== ====================================================================
    defects    each defect on the coil, when it has ended
    frames     each defective frame, without outlines
    coils      where a coil began or ended; with its grade when it ended
    events     what else happens
    health     figures of the run, every ``health_s``; only while the broker is there
    state      retained: ``online`` or ``offline``, plain words
    ========== ====================================================================

    The first four wait in the outbox until the broker has acknowledged them. Who receives one
    again, as QoS 1 allows after a lost acknowledgement, knows it by its ``id``. On ``TOPIC/coil``
    it takes ``{"begin": "NAME"}`` and ``{"end": true}``.

    Args:
        config: Which broker, and how.
        outbox: What messages wait in; None keeps them in memory.
        on_coil: Takes the name of a coil that begins, None where one ends; called in the
            connection's thread.
        figures: Of the run, for its health.
        fault: What is wrong with the line now; None where nothing is.
        report: Told of the broker's goings and comings, and of commands that were not obeyed.
        retry_s: The first and the longest pause between two attempts to connect, in seconds.
        clock: Tells the time.

    Raises:
        MissingExtraError: paho-mqtt is not installed.
        ConfigError: A certificate or the password cannot be read.
    """

    def __init__(
        self,
        config: MqttConfig,
        outbox: Outbox | None = None,
        *,
        figures: RunFigures,
        on_coil: Callable[[str | None], None] | None = None,
        fault: Callable[[], str | None] = lambda: None,
        report: Tell = untold,
        retry_s: tuple[float, float] = (1.0, 60.0),
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self.outbox = MemoryOutbox(config.waiting) if outbox is None else outbox
        self._in_memory = outbox is None
        self._closed = False
        self._topic = config.topic
        self._on_coil = on_coil
        self._fault = fault
        self._run = uuid.uuid4().hex[:12]
        self._count = 0
        self._figures = figures
        self._coil = ""
        self._defects: Counter[str] = Counter()
        self._health_s = config.health_s
        self._clock = clock
        self._health_at = clock.now()
        self._report = report
        self._refused = 0
        """Commands that were not obeyed in the minute that runs."""
        self._refused_since = clock.now()
        self._refused_lock = Lock()
        self._broker = Broker(
            config,
            self.outbox,
            state_topic=f"{config.topic}/state",
            command_topic=f"{config.topic}/coil",
            on_command=self._command,
            on_news=self._tell,
            retry_s=retry_s,
        )

    @property
    def connected(self) -> bool:
        """Whether the broker is there."""
        return self._broker.connected

    def write(self, inspection: Inspection, frame: Frame | None) -> None:
        """Publish a defective frame."""
        if inspection.defective:
            told = inspection.as_json()
            told["defects"] = [{**defect, "mask": None} for defect in told["defects"]]
            self._put("frames", told)

    def defect(self, defect: CoilDefect) -> None:
        """Publish a defect on the coil."""
        self._defects[defect.class_name] += 1
        self._put("defects", defect.as_json())

    def tell(self, event: Event) -> None:
        """Publish an event; where a coil begins or ends also that."""
        self._put("events", event.as_json())
        if event.kind is EventKind.COIL_BEGAN:
            self._coil = event.coil
            self._put("coils", {"what": "began", **_place(event), "grade": None})
        elif event.kind is EventKind.COIL_ENDED:
            self._put("coils", {"what": "ended", **_place(event), "grade": event.grade})
            self._coil = ""

    def tick(self) -> None:
        """Publish the line's health when it is due."""
        now = self._clock.now()
        if now - self._refused_since >= _REFUSALS_EVERY_S:
            self._sum_up_refusals()
        if now - self._health_at >= self._health_s:
            self._health_at = now
            if self.connected:
                self._broker.send_latest(f"{self._topic}/health", self._payload(self._health()))

    def close(self) -> None:
        """Send what can be sent within two seconds, and leave; the rest waits in the outbox."""
        self._broker.close()
        self._sum_up_refusals()
        loss = self.loss()
        if loss is not None and not loss.promised and not self._closed:
            self._tell(f"{loss.text}; a ledger would have kept them for the next run")
        self._closed = True

    def loss(self) -> Loss | None:
        """Messages that never reached the broker and wait nowhere; only a ledger promises more."""
        lost = self.outbox.dropped + (len(self.outbox) if self._in_memory else 0)
        if not lost:
            return None
        text = f"{lost} messages never reached the broker"
        return Loss(text, {"messages": lost}, promised=not self._in_memory)

    def _health(self) -> dict[str, Any]:
        fault, coverage = self._fault(), self._figures.coverage
        return {
            "time": iso_time(self._clock.wall()),
            "well": fault is None,
            "fault": fault,
            "coil": self._coil or None,
            "frames": sum(coverage.frames.values()),
            "coverage": coverage.as_json(),
            "uninspected_by_cause": coverage.causes_as_json(),
            "defects": dict(self._defects),
            "waiting": len(self.outbox),
            "dropped": self.outbox.dropped,
            "version": __version__,
        }

    def _put(self, topic: str, content: Mapping[str, Any]) -> None:
        self.outbox.put(f"{self._topic}/{topic}", self._payload(content))

    def _payload(self, content: Mapping[str, Any]) -> bytes:
        self._count += 1
        named = {"id": f"{self._run}-{self._count}", **content}
        return json.dumps(named, separators=(",", ":"), allow_nan=False).encode()

    def _command(self, payload: bytes) -> None:
        """Take a command; whatever comes, the connection stays."""
        try:
            name = read_coil_command(payload)
        except ValueError as error:
            self._refuse(f"was not understood: {error}")
            return
        if self._on_coil is None:
            self._refuse("was ignored: this run has no coils")
            return
        try:
            self._on_coil(name)
        except MillsightError as error:
            self._refuse(f"was refused: {error}")

    def _refuse(self, why: str) -> None:
        """Tell of a command that is not obeyed; a broker that floods the line is not told of."""
        with self._refused_lock:
            self._refused += 1
            told = self._refused <= _REFUSALS_TOLD
        if told:
            self._tell(f"a command on {self._topic}/coil {why}")

    def _sum_up_refusals(self) -> None:
        with self._refused_lock:
            untold, self._refused = self._refused - _REFUSALS_TOLD, 0
            self._refused_since = self._clock.now()
        if untold > 0:
            self._tell(f"{untold} more commands on {self._topic}/coil were not obeyed")

    def _tell(self, text: str) -> None:
        self._report(Event(EventKind.SINK, text, self._clock.wall()))


def _place(event: Event) -> dict[str, Any]:
    told = event.as_json()
    return {name: told[name] for name in ("coil", "time", "position_mm")}
