from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from edge.core.errors import (
    MillsightError,
    TrainingError,
    UnwritableError,
)
from export.recipes.step import Step, plan_steps
from export.recipes.step_state import record_export, state
from train.regions.card import FORMAT

COMMANDS = {
    "fetch": "data fetch {data}",
    "draw": "data simulate {data} --frames 6 --seed 1",
    "split": "data split {data}",
    "teacher": "train multiclass --data {data} --out {runs}/teacher",
    "gate": "train binary --data {data} --out {runs}/gate --teacher {runs}/teacher",
    "instances": "train instances --data {data} --window 64x32 --out {runs}/instances"
    " --weights {runs}/gate",
    "export": "export --gate {runs}/gate --classifier {runs}/teacher --data {data}"
    " --name x --description 'A b.' --out {out}",
}
NOON = datetime.fromisoformat("2026-11-01T12:00:00+01:00")


def step(name: str, root: Path, **options: object) -> Step:
    places = {"data": root / "data", "runs": root, "out": root / "x.millsight"}
    given = {f"--{option}": value for option, value in options.items()}
    return plan_steps([(name, COMMANDS[name])], places, {name: given})[0]


def finish(of: Step, start: datetime) -> None:
    """What a run of an hour leaves of its card."""
    folder: Path = of.parsed().params["out"]
    folder.mkdir(exist_ok=True)
    times = {"started": start.isoformat(), "finished": (start + timedelta(hours=1)).isoformat()}
    card = {"format": FORMAT, "command": of.command, **times}
    (folder / "card.json").write_text(json.dumps(card))


@pytest.fixture
def trained(tmp_path: Path) -> Path:
    finish(step("teacher", tmp_path), NOON)
    finish(step("gate", tmp_path), NOON + timedelta(hours=2))
    return tmp_path


def refusal(of: Step, kind: type[MillsightError]) -> str:
    with pytest.raises(kind) as refused:
        state(of)
    return str(refused.value)


def test_a_run_is_new_then_begun_then_done(tmp_path: Path) -> None:
    teacher = step("teacher", tmp_path)
    assert state(teacher) == "new"
    (tmp_path / "teacher").mkdir()
    assert state(teacher) == "new"
    (tmp_path / "teacher" / "checkpoint.npz").touch()
    assert state(teacher) == "begun"
    finish(teacher, NOON)
    assert state(teacher) == "done"


def test_a_run_of_another_command_is_not_taken_for_this_one(trained: Path) -> None:
    said = refusal(step("teacher", trained, epochs=3), TrainingError)
    assert step("teacher", trained).command in said
    assert "--runs" in said


@pytest.mark.parametrize(
    ("recorded", "same"),
    [
        ("--seed 0 --data {data} --out {out}", True),
        ("--data={data} --out {out} --network compact --overwrite", True),
        ("--data {data} --out {out} --seed 1", False),
        ("--data {data} --out {out} --option-of-before 3", False),
        ("--data {data} --out '", False),
    ],
)
def test_commands_are_compared_by_what_they_ask_for(
    recorded: str, same: bool, tmp_path: Path
) -> None:
    teacher = step("teacher", tmp_path)
    finish(teacher, NOON)
    places = {"data": tmp_path / "data", "out": tmp_path / "teacher"}
    card = tmp_path / "teacher" / "card.json"
    kept = json.loads(card.read_text())
    kept["command"] = "millsight train multiclass " + recorded.format(**places)
    card.write_text(json.dumps(kept))
    if same:
        assert state(teacher) == "done"
    else:
        assert "another command" in refusal(teacher, TrainingError)


def test_a_bundle_of_the_same_options_in_another_order_is_done(trained: Path) -> None:
    export = step("export", trained)
    (trained / "x.millsight").write_bytes(b"a bundle")
    record_export(export)
    record = trained / "export.json"
    kept = json.loads(record.read_text())
    assert kept.keys() == {"command", "gate", "classifier", "bundle"}
    first, *others = kept["command"].split(" --")
    kept["command"] = " --".join([first, *reversed(others), "golden 4"])
    record.write_text(json.dumps(kept))
    assert state(export) == "done"
    kept["command"] += " --golden 5"
    record.write_text(json.dumps(kept))
    assert "--force" in refusal(export, UnwritableError)


def test_a_run_must_have_learnt_from_the_teacher_that_is_there(trained: Path) -> None:
    gate = step("gate", trained)
    assert state(gate) == "done"
    finish(step("teacher", trained), NOON + timedelta(hours=1.5))
    assert "was not trained from" in refusal(gate, TrainingError)
    (trained / "teacher" / "card.json").unlink()
    assert "was not trained from" in refusal(gate, TrainingError)


@pytest.mark.parametrize("source", [None, "other", "w.npz", "w.keras"])
def test_first_weights_that_are_a_run_must_be_older(source: str | None, trained: Path) -> None:
    given = {} if source is None else {"weights": trained / source}
    outlines = step("instances", trained, **given)
    assert state(outlines) == "new"
    finish(outlines, NOON + timedelta(hours=4))
    if source == "other":
        said = refusal(outlines, TrainingError)
        assert f"was not trained from the current {trained / source}" in said
        return
    assert state(outlines) == "done"
    finish(step("gate", trained), NOON + timedelta(hours=4.5))
    if source is None:
        assert "was not trained from" in refusal(outlines, TrainingError)
    else:
        assert state(outlines) == "done"


def test_a_damaged_card_is_named(trained: Path) -> None:
    (trained / "gate" / "card.json").write_text("{")
    assert "card.json is damaged" in refusal(step("gate", trained), TrainingError)


@pytest.mark.parametrize("name", ["fetch", "split"])
def test_data_that_is_there_is_neither_fetched_nor_split_again(name: str, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    assert state(step(name, tmp_path)) == "new"
    file = {"fetch": "train.csv", "split": "splits.csv"}[name]
    (tmp_path / "data" / file).touch()
    assert state(step(name, tmp_path)) == "done"


@pytest.mark.parametrize(
    ("about", "done"),
    [
        ('{"frames": 6, "seed": 1}', True),
        ('{"frames": 7, "seed": 1}', False),
        ('{"frames": 6, "seed": 2}', False),
        ('{"frames": 6, "seed": 1, "defect_rate": 0.5}', False),
        ('{"frames": 6, "seed": 1, "live": true}', False),
        ("[]", False),
        ("{", False),
        (None, False),
    ],
)
def test_frames_are_drawn_once_and_other_frames_are_left_alone(
    about: str | None, done: bool, tmp_path: Path
) -> None:
    assert state(step("draw", tmp_path)) == "new"
    (tmp_path / "data").mkdir()
    if about is not None:
        (tmp_path / "data" / "simulated.json").write_text(about)
    if done:
        assert state(step("draw", tmp_path)) == "done"
    else:
        assert "other frames" in refusal(step("draw", tmp_path), UnwritableError)


def test_a_bundle_is_done_while_it_and_its_runs_stay_as_they_are(trained: Path) -> None:
    export = step("export", trained)
    out = trained / "x.millsight"
    assert state(export) == "new"
    out.write_bytes(b"a bundle")
    assert "--force" in refusal(export, UnwritableError)
    record_export(export)
    forced = step("export", trained, force=True)
    assert state(export) == state(forced) == "done"
    out.write_bytes(b"another bundle")
    assert "--force" in refusal(export, UnwritableError)
    assert state(forced) == "new"
    record_export(forced)
    assert state(export) == "done"
    finish(step("gate", trained), NOON + timedelta(hours=5))
    assert "--force" in refusal(export, UnwritableError)
    assert "--force" in refusal(step("export", trained, alpha=0.1), UnwritableError)


def test_a_bundle_is_not_done_where_its_instance_network_is_another(trained: Path) -> None:
    card = trained / "instances" / "card.json"
    card.parent.mkdir()
    card.write_text("{}")
    export = step("export", trained, instances=card.parent)
    (trained / "x.millsight").write_bytes(b"a bundle")
    record_export(export)
    assert state(export) == "done"
    card.write_text('{"seed": 1}')
    assert "--force" in refusal(export, UnwritableError)
