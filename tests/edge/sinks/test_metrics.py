"""What Prometheus reads off the line."""

from __future__ import annotations

import http.client

import pytest
from prometheus_client.parser import text_string_to_metric_families

from edge.config.outputs import MetricsConfig
from edge.core.coverage import Gap
from edge.core.errors import MissingExtraError
from edge.core.events import Event, EventKind
from edge.core.inspection import Cause, Level
from edge.core.run_figures import RunFigures
from edge.service.health import Health
from edge.sinks.metrics import Metrics, Readings
from tests.edge.sinks.samples import clean, defect, missed

pytestmark = pytest.mark.loopback


@pytest.fixture
def metrics():
    metrics = Metrics(MetricsConfig(port=0), Health())
    yield metrics
    metrics.close()


def scrape(metrics):
    """Values by name and labels, these in the order of their names."""
    connection = http.client.HTTPConnection("127.0.0.1", metrics.port, timeout=20)
    connection.request("GET", "/metrics")
    answer = connection.getresponse()
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    text = answer.read().decode()
    connection.close()
    return {
        (sample.name, *(sample.labels[label] for label in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_the_line_s_figures_are_read():
    figures = RunFigures()
    figures.add(clean(1))
    figures.add(clean(2, level=Level.CLASSIFIED))
    figures.add(missed(3, Cause.LATE))
    figures.add_gap(Gap(384.0, 64.0, Cause.DROPPED, 2, 0.0), 2)
    for latency_ms in (3.0, 5.0, 30.0):
        figures.add_verdict(latency_ms, 12.8)
    readings = Readings(
        figures,
        {"verdict": range(3), "arrears": ()},
        lambda: {"name": "cold-strip", "digest": "ab12"},
        lambda: 7,
    )
    metrics = Metrics(MetricsConfig(port=0), Health(), readings)
    read = scrape(metrics)
    metrics.close()
    assert read["millsight_frames_total", "full"] == 1
    assert read["millsight_frames_total", "gated"] == 0
    assert read["millsight_strip_millimetres_total", "", "full"] == 128
    assert read["millsight_strip_millimetres_total", "late", "uninspected"] == 128
    assert read["millsight_strip_millimetres_total", "dropped", "uninspected"] == 64
    strip = [value for key, value in read.items() if key[0] == "millsight_strip_millimetres_total"]
    assert sum(strip) == figures.coverage.passed_mm
    assert read["millsight_gaps_total",] == 2
    assert read["millsight_deadline_misses_total",] == 1
    assert read["millsight_verdict_seconds_bucket", "0.0128"] == 2
    assert read["millsight_verdict_seconds_bucket", "+Inf"] == 3
    assert read["millsight_verdict_seconds_count",] == 3
    assert read["millsight_verdict_seconds_sum",] == pytest.approx(0.038)
    assert read["millsight_instances_seconds_count",] == 0
    assert read["millsight_queue_length", "verdict"] == 3
    assert read["millsight_messages_dropped_total",] == 7
    assert read["millsight_bundle_info", "ab12", "cold-strip"] == 1


def test_defects_events_and_the_camera_are_told(metrics):
    metrics.defect(defect(1))
    metrics.defect(defect(2, class_name="", action=""))
    metrics.tell(Event(EventKind.CAMERA_LOST, "gone"))
    read = scrape(metrics)
    assert read["millsight_defects_total", "hold", "scratch"] == 1
    assert read["millsight_defects_total", "", "unclassified"] == 1
    assert read["millsight_events_total", "camera lost"] == 1
    assert read["millsight_events_total", "overload"] == 0
    assert (read["millsight_camera_up",], read["millsight_healthy",]) == (0, 0)
    metrics.tell(Event(EventKind.CAMERA_BACK, "back"))
    assert scrape(metrics)["millsight_camera_up",] == 1


def test_the_process_is_measured_and_two_lines_do_not_meet(metrics):
    other = Metrics(MetricsConfig(port=0), Health())
    other.defect(defect())
    read = scrape(metrics)
    other.close()
    other.close()
    assert ("millsight_defects_total", "hold", "scratch") not in read
    assert read["process_resident_memory_bytes",] > 1e6


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "prometheus_client", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'millsight\[metrics\]'"):
        Metrics(MetricsConfig(port=0), Health())
