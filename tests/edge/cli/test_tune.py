"""`millsight tune` as its user sees it, and the commands that use its plan."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner, Result

from edge.bundle import load_bundle, shipped_bundle
from edge.cli.bench import bench
from edge.cli.bundle import bundle
from edge.cli.inspect import inspect
from edge.cli.tune import tune
from edge.tune.plan_store import TuningPlans
from edge.tune.tuning_plan import TuningPlan
from edge.vision.models.load import EngineChoice

pytestmark = pytest.mark.openvino


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


def call(command, *words: object) -> Result:
    return CliRunner().invoke(command, [str(word) for word in words], standalone_mode=False)


@pytest.fixture(scope="module")
def tuned(state: Path) -> Result:
    done = call(tune, "--state", state, "--seconds", 0.2, "--format", "json")
    assert done.exit_code == 0, done.exception
    return done


def test_the_plan_goes_to_stdout_and_into_the_state_folder(tuned: Result, state: Path) -> None:
    plan = TuningPlan.model_validate_json(tuned.stdout)
    shipped = load_bundle(shipped_bundle())
    assert (plan.bundle, plan.bundle_name) == (shipped.digest, "simulated")
    assert set(plan.stages) == {"gate", "classifier", "instances"}
    assert TuningPlans(state).find(shipped) == (plan, "")
    for timing in plan.timings:
        assert timing.fault is None and 0 < timing.p50_ms <= timing.p99_ms
    assert "timing" in tuned.stderr and f"the plan is in {state}" in tuned.stderr


def test_it_is_shown_again(tuned: Result, state: Path) -> None:
    shown = call(tune, "--state", state, "--show")
    assert shown.exit_code == 0
    assert "gate, ms for a golden frame" in shown.stdout and "simulated, tuned 20" in shown.stdout
    again = call(tune, "--state", state, "--show", "--format", "json")
    assert json.loads(again.stdout) == json.loads(tuned.stdout)
    page = call(bundle, "show", "--state", state).stdout
    assert "for this device, 20" in " ".join(page.split())


def test_without_a_plan_there_is_nothing_to_show_or_to_forget(tmp_path: Path) -> None:
    shown = call(tune, "--state", tmp_path, "--show", "--format", "json")
    assert (shown.exit_code, shown.stdout) == (0, "null\n")
    assert "is not tuned here: millsight tune" in shown.stderr
    gone = call(tune, "--state", tmp_path, "--forget")
    assert gone.exit_code == 0 and "has no plan in" in gone.stderr
    assert "not on this device: millsight tune" in call(bundle, "show", "--state", tmp_path).stdout


def other_way(state: Path) -> TuningPlan:
    """The shipped bundle's plan, changed to what nobody would choose."""
    shipped = load_bundle(shipped_bundle())
    plan, why = TuningPlans(state).find(shipped)
    assert plan is not None, why
    other = {"engine": "litert", "precision": "float32", "threads": 1}
    way = plan.stages["gate"].model_copy(update=other)
    return plan.model_copy(update={"stages": {**plan.stages, "gate": way, "classifier": way}})


@pytest.fixture
def planned(tuned: Result, state: Path, tmp_path: Path) -> Path:
    """A device whose plan is unlike the default."""
    TuningPlans(tmp_path).save(other_way(state), load_bundle(shipped_bundle()))
    return tmp_path


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ((), EngineChoice("litert", "float32", 1)),
        (("--threads", 1), EngineChoice(None, "int8", 1)),
        (("--precision", "float32", "--threads", 2), EngineChoice(None, "float32", 2)),
        (("--engine", "litert", "--threads", 2), EngineChoice("litert", "int8", 2)),
    ],
    ids=["tuned", "threads", "precision", "engine"],
)
def test_bench_runs_as_planned_unless_it_is_told_otherwise(
    asked: tuple[object, ...],
    expected: EngineChoice,
    planned: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    measured: list[EngineChoice] = []

    def measure(given, *, stages, **more):
        measured.extend(stages[name] for name in ("gate", "classifier"))
        return {}

    monkeypatch.setattr("edge.bench.bench.measure", measure)
    done = call(bench, "--state", planned, "--format", "json", *asked)
    assert done.exit_code == 0, done.exception
    assert measured == [expected] * 2


@pytest.mark.parametrize("spoiled", [False, True])
def test_inspect_runs_as_planned_and_says_once_where_it_does_not(
    spoiled: bool, planned: Path
) -> None:
    picture = planned / "frame.png"
    cv2.imwrite(str(picture), np.full((256, 1600), 90, np.uint8))
    if spoiled:
        TuningPlans(planned).file(load_bundle(shipped_bundle())).write_text("{}")
    done = call(inspect, picture, picture, "--state", planned, "--format", "jsonl")
    assert done.exit_code == 0, done.exception
    assert len(done.stdout.splitlines()) == 2
    assert done.stderr.count("damaged and is not used") == spoiled


def test_it_is_forgotten(planned: Path) -> None:
    done = call(tune, "--state", planned, "--forget")
    assert done.exit_code == 0 and "is run as usual" in done.stderr
    assert not list((planned / "plans").iterdir())


def test_what_makes_no_sense_is_refused_before_anything_is_measured(tmp_path: Path) -> None:
    both = call(tune, "--state", tmp_path, "--show", "--forget")
    assert both.exit_code != 0 and "exclude each other" in str(both.exception.message)
    (tmp_path / "plans").write_text("")
    done = call(tune, "--state", tmp_path)
    assert "cannot be created" in done.exception.what
