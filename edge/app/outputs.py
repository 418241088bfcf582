"""Opens the configured sinks."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING, TypeVar

from edge.core.sink import Sink
from edge.service.health import Health
from edge.service.notify import Systemd
from edge.sinks.log import EventLog

if TYPE_CHECKING:
    from pathlib import Path

    from edge.bundle import Bundle
    from edge.config import Config
    from edge.install.hot_swap import BundleWatch
    from edge.ledger.sink import Ledger
    from edge.line.run_state import RunState
    from edge.sinks.mqtt import Mqtt
    from edge.sinks.pictures import Pictures

_Any = TypeVar("_Any", bound=Sink)


class Outputs:
    """All open sinks of a line. If one cannot be opened, those before it are closed again.

    Args:
        config: The configuration.
        camera_name: Name of the camera.
        bundle: The bundle at the start.
        state: The run's state.
        watched: Provides later bundles; None if the bundle does not change.

    Attributes:
        sinks: The sinks, in the order of their calls.
        health: Health of the line; its ``watch`` must be called with each verdict.

    Raises:
        UnwritableError: A file or folder cannot be written.
        LedgerError: The file is not a ledger, or another run writes it.
        ConfigError: A port, a certificate or a password is wrong.
        MissingExtraError: A package is not installed.
    """

    def __init__(
        self,
        config: Config,
        camera_name: str,
        bundle: Bundle,
        state: RunState,
        watched: BundleWatch | None = None,
    ) -> None:
        self.sinks: list[Sink] = []
        self._config = config
        self._state = state
        with ExitStack() as opened:
            self._opened = opened
            self._add(EventLog())
            pictures = self._pictures(bundle)
            self._ledger = self._open_ledger(camera_name, bundle, pictures)
            self.health = self._add(self._open_health())
            self._add(Systemd(self.health, state.figures))
            self._files()
            mqtt = self._open_mqtt()
            self._open_metrics(mqtt, lambda: bundle if watched is None else watched.bundle)
            opened.pop_all()

    @property
    def skipped(self) -> int:
        """Number of pictures that were not written."""
        return sum(sink.skipped for sink in self.sinks)

    def _add(self, sink: _Any) -> _Any:
        self._opened.callback(sink.close)
        self.sinks.append(sink)
        return sink

    def _verdicts_waiting(self) -> int:
        return len(self._state.queues["verdict"])

    def _unstored(self) -> str | None:
        if self._ledger is None or not self._ledger.writer.failing:
            return None
        return f"the ledger {self._ledger.writer.path} cannot be stored"

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
                report=self._state.tell,
            )
        )

    def _open_ledger(
        self, camera_name: str, bundle: Bundle, pictures: Pictures | None
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
                    camera_name,
                    bundle.manifest.name,
                    bundle.digest,
                    bundle.trust or "",
                    bundle.manifest.classes,
                    digest,
                ),
                keep=Keep.of(config, folder),
                picture_of=pictures.path_of if pictures else None,
                outbox_messages=config.outbox_messages,
                report=self._state.tell,
            )
        )

    def _open_health(self) -> Health:
        waiting, metrics = self._verdicts_waiting, self._config.metrics
        if metrics is None:
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
            Mqtt(
                self._config.mqtt,
                outbox,
                figures=self._state.figures,
                on_coil=self._state.begin_coil,
                fault=self.health.fault,
                report=self._state.tell,
            )
        )

    def _open_metrics(self, mqtt: Mqtt | None, bundle: Callable[[], Bundle]) -> None:
        if self._config.metrics is None:
            return
        from edge.sinks.metrics import Metrics, Readings

        queues = self._state.queues
        if mqtt is not None:
            queues["broker"] = mqtt.outbox
        readings = Readings(
            self._state.figures,
            queues,
            lambda: {"name": bundle().manifest.name, "digest": bundle().digest},
            lambda: mqtt.outbox.dropped if mqtt else 0,
        )
        self._add(Metrics(self._config.metrics, self.health, readings))


def _json_lines(path: Path) -> Sink:
    from edge.sinks.jsonl import JsonLines, JsonLinesFile

    return JsonLines(sys.stdout, "stdout") if str(path) == "-" else JsonLinesFile(path)
