"""Opens the configured sinks."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING, TypeVar

from edge.core.sink import Loss, Sink
from edge.service.clock_watch import ClockWatch
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
            self._events()
            self._add(ClockWatch(state.tell, state.clock))
            pictures = self._pictures(bundle)
            self._ledger = self._open_ledger(camera_name, bundle, pictures)
            self.health = self._add(self._open_health())
            self._add(Systemd(self.health, state.figures))
            self._files()
            mqtt = self._open_mqtt()
            self._open_metrics(mqtt, lambda: bundle if watched is None else watched.bundle)
            opened.pop_all()

    def losses(self) -> list[Loss]:
        """What outputs were asked to keep and could not, once they are closed."""
        found = [sink.loss() for sink in self.sinks]
        if unwritten := self._state.records.unwritten:
            text = f"{unwritten} frames were inspected and written nowhere: outputs held them up"
            found.append(Loss(text, {"frames": unwritten}))
        return [loss for loss in found if loss is not None]

    @property
    def skipped(self) -> int:
        """Pictures that were not written, because there were enough."""
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
                clock=self._state.clock,
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

        # Every byte of the names of files in it counts, also of those that are no UTF-8.
        plain = json.dumps(self._config.model_dump(mode="json"), allow_nan=False)
        digest = hashlib.sha256(plain.encode()).hexdigest()
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
                keep=Keep.of(config, _read_by_camera(self._config.camera.source)),
                picture_of=pictures.path_of if pictures else None,
                files_of=pictures.files_of if pictures else lambda inspection: (),
                outbox_messages=config.outbox_messages,
                report=self._state.tell,
                clock=self._state.clock,
            )
        )

    def _open_health(self) -> Health:
        waiting, metrics = self._verdicts_waiting, self._config.metrics
        if metrics is None:
            return Health(waiting=waiting, unstored=self._unstored)
        return Health(silence_s=metrics.silence_s, waiting=waiting, unstored=self._unstored)

    def _events(self) -> None:
        """Before the others, so that it is closed after them: it hears what their ends tell."""
        jsonl = self._config.jsonl
        if jsonl is not None and jsonl.events is not None:
            from edge.sinks.jsonl import EventLinesFile

            self._add(EventLinesFile(jsonl.events))

    def _files(self) -> None:
        jsonl, csv = self._config.jsonl, self._config.csv
        if jsonl is not None and jsonl.path is not None:
            self._add(_json_lines(jsonl.path))
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
                clock=self._state.clock,
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


def _read_by_camera(source: str) -> Path | None:
    """The file or folder that a camera reads; None where it is a device."""
    from pathlib import Path

    from edge.cameras.open import kind_of

    if kind_of(source) not in {"images", "video", "watched"}:
        return None
    return Path(source.removeprefix("watch:"))
