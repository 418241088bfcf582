"""Figures for Prometheus, read off the line when they are asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sized
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edge.config.outputs import MetricsConfig
from edge.core.coil_defect import CoilDefect
from edge.core.errors import MissingExtraError
from edge.core.events import Event, EventKind
from edge.core.frame import Frame
from edge.core.inspection import UNCLASSIFIED, Inspection
from edge.core.run_figures import RunFigures
from edge.core.sink import Sink
from edge.machine.thermal import hottest_zone
from edge.service.health import Health
from edge.service.web import WebServer
from edge.sinks.metric_families import counter, gauge, histogram

if TYPE_CHECKING:
    from prometheus_client.core import Metric


_COUNTED = {
    "gaps": "Frames that the camera never gave",
    "deadline_misses": "Verdicts that came late",
    "deferred": "Frames of which outlines, classifier or all stages were deferred",
    "caught_up": "Those of them that got all they were owed",
}


@dataclass(frozen=True, slots=True)
class Readings:
    """What is read off the running line.

    Attributes:
        figures: Of the run.
        queues: What waits, by what it waits for.
        bundle: Name and digest of the bundle that judges now, and what else describes it.
        dropped: Messages to a broker that were dropped.
    """

    figures: RunFigures
    queues: Mapping[str, Sized]
    bundle: Callable[[], Mapping[str, str]]
    dropped: Callable[[], int] = lambda: 0


class Metrics(Sink):
    """Serves ``/metrics`` and ``/healthz``; the line pays nothing for figures nobody asks for.

    Args:
        config: Where it answers.
        health: Whether the line is well.
        readings: What is read off the line; None leaves its figures out.

    Raises:
        MissingExtraError: prometheus-client is not installed.
        ConfigError: The port cannot be used.
    """

    def __init__(
        self, config: MetricsConfig, health: Health, readings: Readings | None = None
    ) -> None:
        try:
            from prometheus_client import CollectorRegistry, ProcessCollector
            from prometheus_client.exposition import choose_encoder
        except ModuleNotFoundError:
            raise MissingExtraError(
                "[metrics] needs the package prometheus-client",
                "Install it: pip install 'millsight[metrics]'",
            ) from None
        self._readings = readings
        self._health = health
        self._defects: Counter[tuple[str, str]] = Counter()
        self._events: Counter[tuple[str]] = Counter({(kind.value,): 0 for kind in EventKind})
        self._camera_up = True
        self._registry = CollectorRegistry()
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

        def exposition(accept: str) -> tuple[bytes, str]:
            encode, kind = choose_encoder(accept)
            return encode(self._registry), kind

        self._server = WebServer(config.host, config.port, exposition, health)
        self.port = self._server.port

    def write(self, inspection: Inspection, frame: Frame | None) -> None:
        """Nothing: frames are counted in the line's figures."""

    def defect(self, defect: CoilDefect) -> None:
        """Count a defect."""
        self._defects[defect.class_name or UNCLASSIFIED, defect.action] += 1

    def tell(self, event: Event) -> None:
        """Count an event."""
        self._events[(event.kind.value,)] += 1
        if event.kind in {EventKind.CAMERA_LOST, EventKind.CAMERA_BACK}:
            self._camera_up = event.kind is EventKind.CAMERA_BACK

    def close(self) -> None:
        """Answer no more."""
        self._server.close()

    def describe(self) -> list[Metric]:
        """Nothing in advance: what there is, is known when it is asked for."""
        return []

    def collect(self) -> Iterator[Metric]:
        """All figures as they are now."""
        well, camera = self._health.fault() is None, self._camera_up
        yield gauge("healthy", "1 while /healthz answers 200", [((), well)])
        yield gauge("camera_up", "1 while the camera is there", [((), camera)])
        yield counter(
            "defects", "Defects on the coil", self._defects.copy().items(), "class", "action"
        )
        yield counter("events", "Events", self._events.copy().items(), "kind")
        yield from _temperature()
        if self._readings is not None:
            yield from _of_line(self._readings)


def _temperature() -> Iterator[Metric]:
    zone = hottest_zone()
    if zone is not None:
        name = (zone.name,)
        text = "The zone that is nearest its limit"
        yield gauge("temperature_celsius", text, [(name, zone.celsius)], "zone")
        text = "From which the processor is slowed down"
        yield gauge("temperature_limit_celsius", text, [(name, zone.limit_celsius)], "zone")


def _of_line(readings: Readings) -> Iterator[Metric]:
    figures, now = readings.figures, readings.figures.as_json()
    frames = {(level,): count for level, count in now["levels"].items()}
    yield counter("frames", "Frames by how far they were inspected", frames.items(), "level")
    strip = {(level, ""): now["coverage"][level] for level in now["levels"]}
    del strip["uninspected", ""]
    strip |= {("uninspected", cause): mm for cause, mm in now["uninspected_by_cause"].items()}
    text = "Strip by how far it was inspected, and why not"
    yield counter("strip_millimetres", text, strip.items(), "level", "cause")
    for name, text in _COUNTED.items():
        yield counter(name, text, [((), now[name])])
    yield histogram("verdict_seconds", "Frame taken to verdict", figures.latencies)
    yield histogram("instances_seconds", "Frame taken to outlines", figures.instance_latencies)
    lengths = [((name,), len(queue)) for name, queue in readings.queues.items()]
    yield gauge("queue_length", "What waits", lengths, "queue")
    text = "Messages to a broker that were dropped for want of room"
    yield counter("messages_dropped", text, [((), readings.dropped())])
    bundle = readings.bundle()
    yield gauge("bundle_info", "The bundle that judges", [(tuple(bundle.values()), 1)], *bundle)
