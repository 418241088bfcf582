"""The outputs that the configuration asks for are there, connected, and closed when one fails."""

from __future__ import annotations

import json
import urllib.request

import pytest

from edge.app.outputs import Outputs
from edge.bundle import load_bundle, shipped_bundle
from edge.config import Config, overlaid
from edge.core.errors import UnwritableError
from edge.ledger.sink import Ledger
from edge.line.loop import Line
from edge.line.run_state import RunState
from edge.service.clock_watch import ClockWatch
from edge.service.health import Health
from edge.service.notify import Systemd
from edge.sinks.csv import CsvFile
from edge.sinks.jsonl import EventLinesFile, JsonLines, JsonLinesFile
from edge.sinks.log import EventLog
from edge.sinks.metrics import Metrics
from edge.sinks.mqtt import Mqtt
from edge.sinks.pictures import Pictures
from tests.edge.fakes import ListCamera, cascade, frame, strip


@pytest.fixture(scope="module")
def bundle():
    return load_bundle(shipped_bundle())


def outputs(bundle, state=None, **sections):
    state = state or RunState(live=False)
    return Outputs(overlaid(Config(), sections), "list", bundle, state)


def close(made):
    for sink in made.sinks:
        sink.close()


def test_without_a_configuration_there_is_only_what_watches(bundle):
    made = outputs(bundle)
    assert [type(sink) for sink in made.sinks] == [EventLog, ClockWatch, Health, Systemd]
    assert made.skipped == 0


@pytest.mark.parametrize(
    ("sections", "kinds"),
    [
        ({"jsonl": {"path": "-"}}, [Health, Systemd, JsonLines]),
        ({"jsonl": {"path": "f.jsonl"}}, [Health, Systemd, JsonLinesFile]),
        ({"csv": {"path": "d.csv"}}, [Health, Systemd, CsvFile]),
        ({"pictures": {"folder": "p"}}, [Pictures, Health, Systemd]),
        ({"ledger": {"path": "l.sqlite"}}, [Ledger, Health, Systemd]),
        (
            {"ledger": {"path": "l.sqlite"}, "pictures": {"folder": "p"}},
            [Pictures, Ledger, Health, Systemd],
        ),
        ({"metrics": {"port": 0}}, [Health, Systemd, Metrics]),
        ({"mqtt": {"host": "127.0.0.1", "port": 1}}, [Health, Systemd, Mqtt]),
    ],
)
def test_each_section_is_an_output(bundle, tmp_path, monkeypatch, sections, kinds):
    monkeypatch.chdir(tmp_path)
    made = outputs(bundle, **paths(sections))
    close(made)
    assert [type(sink) for sink in made.sinks] == [EventLog, ClockWatch, *kinds]


def test_a_file_of_events_is_closed_after_what_may_tell_of_its_end(bundle, tmp_path):
    sections = {"jsonl": {"events": tmp_path / "e"}, "ledger": {"path": tmp_path / "l.sqlite"}}
    made = outputs(bundle, **sections)
    close(made)
    kinds = [type(sink) for sink in made.sinks]
    assert kinds.index(EventLog) < kinds.index(EventLinesFile) < kinds.index(Ledger)


def paths(sections):
    from pathlib import Path

    return {
        name: {
            key: Path(value) if key in {"path", "folder", "events"} else value
            for key, value in keys.items()
        }
        for name, keys in sections.items()
    }


def test_where_one_fails_those_before_it_are_closed(bundle, tmp_path):
    sections = {"ledger": {"path": tmp_path / "l.sqlite"}, "csv": {"path": tmp_path / "no/d.csv"}}
    with pytest.raises(UnwritableError, match=r"d\.csv"):
        outputs(bundle, **sections)
    del sections["csv"]
    close(outputs(bundle, **sections))


def test_a_ledger_and_a_broker_share_what_waits(bundle, tmp_path):
    sections = {
        "ledger": {"path": tmp_path / "l.sqlite"},
        "mqtt": {"host": "127.0.0.1", "port": 1},
    }
    made = outputs(bundle, **sections)
    ledger = next(sink for sink in made.sinks if isinstance(sink, Ledger))
    mqtt = next(sink for sink in made.sinks if isinstance(sink, Mqtt))
    close(made)
    assert mqtt.outbox is ledger.outbox


@pytest.mark.loopback
def test_metrics_read_the_line_while_it_runs(bundle):
    frames = [frame(strip(), number) for number in range(5)]
    state = RunState(live=False)
    made = outputs(bundle, state, metrics={"port": 0})
    line = Line(ListCamera(frames), cascade(), sinks=made.sinks, state=state)
    metrics = made.sinks[-1]
    seen = []

    def watch(inspection, latency_ms):
        made.health.watch(inspection, latency_ms)
        if inspection.frame == 4:
            for page in ("metrics", "healthz"):
                address = f"http://127.0.0.1:{metrics.port}/{page}"
                seen.append(urllib.request.urlopen(address, timeout=10).read().decode())

    line.run(watch=watch)
    assert 'millsight_queue_length{queue="verdict"} ' in seen[0]
    assert bundle.digest in seen[0]
    assert json.loads(seen[1])["frames"] == 5
