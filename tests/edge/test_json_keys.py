"""Keys that documents promise to scripts, held against what comes out, in both directions."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest
from click.testing import CliRunner

from edge.bundle.manifest import Manifest
from edge.cli.ledger import ledger
from edge.config.outputs import MqttConfig
from edge.core.events import Event, EventKind
from edge.core.inspection import (
    UNCLASSIFIED,
    Cause,
    Level,
)
from edge.core.run_figures import RunFigures
from edge.ledger.schema import MIGRATIONS
from edge.sinks.csv import COLUMNS
from edge.sinks.outbox import MemoryOutbox
from edge.tune.tuning_plan import TuningPlan
from edge.vision.models.load import StageName
from tests.edge.cli.test_run import millsight
from tests.edge.ledger.samples import coil_defect, write_sample

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "json.md"
VALUES = {
    *map(str, (*Level, *Cause, *EventKind)),
    *("pass", "hold", "divert:STREAM", "reject", "shipped", "signed by NAME", "unsigned"),
    *("began", "ended", "ok", "warn", "fail", "verdict", "outlines", UNCLASSIFIED),
    *("stable", "watch", "alarm", "levels.classified"),
    *get_args(StageName),
}
"""Words that stand for what a key may hold, or for a key where it has only some."""
CHECKS = {
    *("configuration", "cpu", "memory", "governor", "clock", "engines", "bundle", "cameras"),
    *("disk for ledger", "disk for pictures", "speed", "temperature", "throttling"),
}
NOT_EVERYWHERE = {"governors", "celsius", "limit_celsius", "zone", "synchronised"}
"""Figures of devices that tell them."""
OF_A_MANIFEST = {"tile", "frame", "previous"}
"""Keys of a manifest that not every bundle has."""
NAMES = {
    *("classes", "actions", "uninspected_by_cause", "versions", "defects", "stages", "engines"),
    *("events", "class_scores", "mask", "per_class", "images_by_class", "instances_by_class"),
    "by_number_of_classes",
}
"""Keys of objects whose own keys are names."""


def promised(place: str) -> set[str]:
    """The words in code of the row that begins so, or of the section of that heading."""
    page = DOCUMENT.read_text(encoding="utf-8")
    if place.startswith("#"):
        text = page.partition(f"\n{place}\n")[2].partition("\n## ")[0]
        assert text, f"no section {place}"
    else:
        lines = [line for line in page.splitlines() if line.startswith(f"| {place}")]
        assert len(lines) == 1, f"{len(lines)} rows begin with {place}"
        text = lines[0].split(" | ", 1)[1]
    return set(re.findall(r"`([^`]+)`", text))


def keys(told: Any, *, names: bool = False) -> set[str]:
    """All keys of what was told, at any depth, but names."""
    if isinstance(told, list):
        return set().union(*map(keys, told))
    if not isinstance(told, dict):
        return set()
    inner = (keys(value, names=key in NAMES) for key, value in told.items())
    return (set() if names else set(told)).union(*inner)


def assert_kept(row: str, told: Any, *, also: frozenset[str] | set[str] = frozenset()) -> None:
    """Every key that comes out is promised, and every one that is promised comes out."""
    come = keys(told) | set(also)
    assert come - promised(row) == set(), "not documented"
    assert promised(row) - come - VALUES == set(), "documented, and not there"


DEFECT = keys(coil_defect(1, 2).as_json())


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """What a command of the ledger answers."""
    path = tmp_path / "ledger.sqlite"
    write_sample(path)
    monkeypatch.setenv("MILLSIGHT_LEDGER", str(path))

    def ask(*words: str) -> Any:
        done = CliRunner().invoke(ledger, [*words, "--format", "json"], catch_exceptions=False)
        return json.loads(done.stdout)

    return ask


def test_a_defect_s_and_an_event_s():
    assert_kept("a coil defect", coil_defect(1, 2).as_json())
    assert set(COLUMNS) == DEFECT
    assert_kept("an event", Event(EventKind.DRIFT, "").as_json())


@pytest.mark.parametrize("table", ["stretches", "coils", "runs"])
def test_those_of_a_ledger_s_rows(asked, table):
    assert_kept(f"`ledger query --rows {table}`", asked("query", "--rows", table))


def test_rows_of_defects_and_events_have_theirs_and_a_few_more(asked):
    assert keys(asked("query")) - DEFECT == promised("`ledger query --rows defects`")
    event = keys(Event(EventKind.DRIFT, "").as_json())
    with_event = promised("`ledger query --rows events`") | event
    assert keys(asked("query", "--rows", "events")) <= with_event


def test_those_of_coils_and_of_a_ledger_s_check(asked):
    assert_kept("`ledger coils", asked("coils"))
    page = asked("coil", "A")
    assert keys(page.pop("defect_list")) == DEFECT
    assert_kept("`ledger coil NAME", page, also={"defect_list"})
    check = asked("check")
    assert check["version"] == len(MIGRATIONS)
    assert_kept("`ledger check", check)


def test_those_of_the_broker_s_messages():
    pytest.importorskip("paho.mqtt")
    from edge.sinks.mqtt import Mqtt

    outbox = MemoryOutbox(10)
    mqtt = Mqtt(MqttConfig(host="127.0.0.1", port=1), outbox, figures=RunFigures())
    mqtt.tell(Event(EventKind.COIL_BEGAN, "", coil="A"))
    messages = [json.loads(message.payload) for message in outbox.pending()]
    mqtt.close()
    (began,) = (message for message in messages if "what" in message)
    assert_kept("`[mqtt]` topic `coils`", {key: began[key] for key in began if key != "id"})
    assert all(message["id"] for message in messages)
    health = mqtt._health()
    assert_kept("`[mqtt]` topic `health`", health)


def test_a_run_s_and_an_inspection_s(tmp_path):
    outputs = ("--summary", tmp_path / "s.json", "--jsonl", tmp_path / "all.jsonl")
    rate = ("--speed", 2, "--defect-rate", 0.6)
    ran = millsight("run", "--bundle", "simulated", "--frames", 40, *rate, *outputs)
    assert ran.returncode == 0, ran.stderr
    summary = json.loads((tmp_path / "s.json").read_text())
    assert_kept("## run", summary)
    inspections = map(json.loads, (tmp_path / "all.jsonl").read_text().splitlines())
    assert_kept("## Inspections", list(inspections))


def test_the_doctor_s(tmp_path):
    (tmp_path / "c.toml").write_text(f'[pictures]\nfolder = "{tmp_path}/pictures"\n')
    words = ("--config", tmp_path / "c.toml", "--speed", 0.2, "--seconds", 0.5)
    answer = json.loads(millsight("doctor", *words, "--format", "json").stdout)
    assert {finding["check"] for finding in answer["findings"]} <= CHECKS
    assert_kept("`doctor", answer, also=CHECKS | NOT_EVERYWHERE)


def test_a_plan_s():
    schema = TuningPlan.model_json_schema()
    parts = (schema, *schema["$defs"].values())
    fields = set().union(*(part.get("properties", {}) for part in parts))
    assert_kept("`tune", {}, also=fields)


def test_a_benchmark_s():
    measured = millsight("bench", "--bundle", "simulated", "--frames", 10, "--format", "json")
    assert_kept("## bench", json.loads(measured.stdout))


def test_those_of_installed_bundles(tmp_path, monkeypatch):
    monkeypatch.setenv("MILLSIGHT_STATE", str(tmp_path))
    for _ in range(2):
        assert millsight("bundle", "install", "simulated").returncode == 0
    installed = json.loads(millsight("bundle", "list", "--format", "json").stdout)
    assert_kept("## bundle list", installed, also={"previous"} | keys(installed["current"]))


def test_a_manifest_s():
    shown = json.loads(millsight("bundle", "show", "simulated", "--format", "json").stdout)
    assert set(shown) <= set(Manifest.model_fields)
    assert set(Manifest.model_fields) - promised("## bundle show") == set(), "not documented"
    assert promised("## bundle show") - keys(shown) - VALUES - OF_A_MANIFEST == set()
