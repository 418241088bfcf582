"""The sinks that the configuration asks for."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from edge.core.sink import Sink
from edge.service.health import Health
from edge.service.notify import Systemd
from edge.sinks.log import EventLog

if TYPE_CHECKING:
    from pathlib import Path

    from edge.bundle import Bundle
    from edge.cameras.base import Camera
    from edge.config import Config
    from edge.ledger.sink import Ledger
    from edge.line.loop import Line
    from edge.sinks.metrics import Metrics
    from edge.sinks.mqtt import Mqtt
    from edge.sinks.pictures import Pictures

_Any = TypeVar("_Any", bound=Sink)


class Outputs:
    """Every sink of a line, opened; where one cannot be, those before it are closed again.

    ``connect`` them with the line before it runs: it needs them to be made.

    Args:
        config: Which.
        camera: Where frames come from.
        bundle: What judges them.

    Attributes:
        sinks: In the order in which they are told.
        health: Whether the line is well; to be told of each verdict.

    Raises:
        UnwritableError: A file or folder cannot be written.
        LedgerError: The ledger is none, or another run writes it.
        ConfigError: A port, a certificate or a password is wrong.
        MissingExtraError: A package is not installed.
    """

    def __init__(self, config: Config, camera: Camera, bundle: Bundle) -> None:
        self.sinks: list[Sink] = []
        self._config = config
        self._line: Line | None = None
        self._bundle: Callable[[], Bundle] = lambda: bundle
        with ExitStack() as opened:
            self._opened = opened
            self._add(EventLog())
            pictures = self._pictures(bundle)
            self._ledger = self._open_ledger(camera, bundle, pictures)
            self.health = self._add(self._open_health())
            self._add(Systemd(self.health))
            self._files()
            self._mqtt = self._open_mqtt()
            self._metrics = self._open_metrics()
            opened.pop_all()

    def connect(self, line: Line, bundle: Callable[[], Bundle]) -> None:
        """Let outputs that ask the line something do so.

        Args:
            line: Runs with these sinks.
            bundle: Gives the bundle that judges now.
        """
        self._line, self._bundle = line, bundle
        if self._metrics is not None:
            from edge.sinks.metrics import Readings

            self._metrics.readings = Readings(
                line.figures,
                self._queues(line),
                lambda: {"name": self._bundle().manifest.name, "digest": self._bundle().digest},
                lambda: self._mqtt.outbox.dropped if self._mqtt else 0,
            )

    @property
    def left_out(self) -> int:
        """Pictures that were not written."""
        return sum(sink.left_out for sink in self.sinks)

    def _add(self, sink: _Any) -> _Any:
        self._opened.callback(sink.close)
        self.sinks.append(sink)
        return sink

    def _waiting(self, queue: str) -> int:
        return 0 if self._line is None else self._line.queues[queue]

    def _unstored(self) -> str | None:
        if self._ledger is None or not self._ledger.writer.failing:
            return None
        return f"the ledger {self._ledger.writer.path} cannot be stored"

    def _queues(self, line: Line) -> dict[str, Callable[[], int]]:
        """How much waits, by what it waits for."""
        queues: dict[str, Callable[[], int]] = {
            name: partial(self._waiting, name) for name in line.queues
        }
        if (mqtt := self._mqtt) is not None:
            queues["broker"] = lambda: len(mqtt.outbox)
        return queues

    def _begin_coil(self, name: str | None) -> None:
        if self._line is not None:
            self._line.begin_coil(name or "")

    def _pictures(self, bundle: Bundle) -> Pictures | None:
        if (config := self._config.pictures) is None:
            return None
        from edge.sinks.pictures import Pictures

        ledger = self._config.ledger
        return self._add(
            Pictures(
                config.folder,
                bundle.manifest.classes,
                limit=config.limit,
                tolerant=True,
                frames=ledger is not None,
                reserve_mb=ledger.reserve_mb if ledger else 0.0,
            )
        )

    def _open_ledger(
        self, camera: Camera, bundle: Bundle, pictures: Pictures | None
    ) -> Ledger | None:
        if (config := self._config.ledger) is None:
            return None
        from edge.ledger.default_path import ledger_path
        from edge.ledger.retention import Keep
        from edge.ledger.sink import Ledger, RunFacts

        digest = hashlib.sha256(self._config.model_dump_json().encode()).hexdigest()
        folder = self._config.pictures.folder if self._config.pictures else None
        return self._add(
            Ledger(
                ledger_path(config.path),
                RunFacts(
                    camera.name,
                    bundle.manifest.name,
                    bundle.digest,
                    bundle.trust or "",
                    bundle.manifest.classes,
                    digest,
                ),
                keep=Keep.of(config, folder),
                picture_of=pictures.path_of if pictures else None,
                outbox_messages=config.outbox_messages,
            )
        )

    def _open_health(self) -> Health:
        waiting = partial(self._waiting, "verdict")
        if (metrics := self._config.metrics) is None:
            return Health(waiting=waiting, unstored=self._unstored)
        return Health(silence_s=metrics.silence_s, waiting=waiting, unstored=self._unstored)

    def _files(self) -> None:
        jsonl, csv = self._config.jsonl, self._config.csv
        if jsonl is not None and jsonl.path is not None:
            self._add(_json_lines(jsonl.path))
        if jsonl is not None and jsonl.events is not None:
            from edge.sinks.jsonl import EventLinesFile

            self._add(EventLinesFile(jsonl.events))
        if csv is not None:
            from edge.sinks.csv import CsvFile

            self._add(CsvFile(csv.path))

    def _open_mqtt(self) -> Mqtt | None:
        if self._config.mqtt is None:
            return None
        from edge.sinks.mqtt import Mqtt

        outbox = None if self._ledger is None else self._ledger.outbox
        return self._add(
            Mqtt(self._config.mqtt, outbox, on_coil=self._begin_coil, fault=self.health.fault)
        )

    def _open_metrics(self) -> Metrics | None:
        if self._config.metrics is None:
            return None
        from edge.sinks.metrics import Metrics

        return self._add(Metrics(self._config.metrics, self.health))


def _json_lines(path: Path) -> Sink:
    from edge.sinks.jsonl import JsonLines, JsonLinesFile

    return JsonLines(sys.stdout, "stdout") if str(path) == "-" else JsonLinesFile(path)
