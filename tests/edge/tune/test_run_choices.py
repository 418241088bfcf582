"""Networks are run as somebody asks, else as the device is tuned, else as usual."""

from __future__ import annotations

import pytest

from edge.core.errors import BundleError
from edge.tune import plan_store
from edge.tune.plan_store import TuningPlans
from edge.tune.run_choices import RunChoices
from edge.tune.tuning_plan import StagePlan
from tests.edge.tune.test_plan_store import plan_of
from tests.edge.tune.toy import HERE, bundle


@pytest.fixture
def here(engines, monkeypatch, tmp_path):
    """The state folder of a device that has a plan for the toy bundle."""
    monkeypatch.setattr(plan_store, "this_machine", lambda: HERE)
    TuningPlans(tmp_path).save(plan_of(bundle()), bundle())
    return tmp_path


def ways(cascade):
    return [
        (s.engine.name, s.engine.threads)
        for s in (cascade.networks.gate, cascade.networks.classifier)
    ]


@pytest.mark.parametrize("how", ["load", "proven"])
def test_the_plan_is_used_without_options(here, how):
    cascade = getattr(RunChoices(), how)(bundle(), here)
    assert ways(cascade) == [("swift", 2)] * 2
    assert cascade.engine_name == "swift"


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"engine": "plain"}, ("plain", 2)),
        ({"threads": 1}, ("plain", 1)),
        ({"precision": "int8"}, ("plain", 2)),
        ({"engine": "swift", "threads": 3}, ("swift", 3)),
    ],
    ids=str,
)
def test_what_is_asked_goes_before_the_plan(here, asked, expected, monkeypatch):
    monkeypatch.setattr("edge.vision.models.load.os.cpu_count", lambda: 2)
    assert ways(RunChoices(**asked).load(bundle(), here)) == [expected] * 2
    assert RunChoices(**asked).plan(bundle(), here) is None


@pytest.mark.parametrize(("cores", "threads"), [(1, 1), (2, 1), (3, 2), (8, 2)])
def test_cores_are_left_to_others_unless_a_number_of_threads_is_asked(
    here, cores, threads, monkeypatch
):
    monkeypatch.setattr("edge.tune.run_choices.os.cpu_count", lambda: cores)
    planned = RunChoices(leave_cores=1).load(bundle(), here)
    assert ways(planned) == [("swift", threads)] * 2
    asked = RunChoices(threads=4, leave_cores=1).load(bundle(), here)
    assert ways(asked) == [("plain", 4)] * 2


def test_without_a_plan_it_is_run_as_usual_and_nothing_is_said(engines, tmp_path):
    said: list[str] = []
    cascade = RunChoices(say=said.append).load(bundle(), tmp_path)
    assert cascade.engine_name == "plain" and not said


def test_why_a_plan_is_not_used_is_said_once(here):
    said: list[str] = []
    asked = RunChoices(say=said.append)
    TuningPlans(here).file(bundle()).write_text("gone")
    for _ in range(3):
        assert asked.load(bundle(), here).engine_name == "plain"
    assert len(said) == 1 and "damaged" in said[0]


@pytest.mark.parametrize(
    ("engine", "how", "why"),
    [("broken", "load", "it is a toy"), ("wrong", "proven", "golden scores disagree")],
)
def test_a_plan_that_fails_is_replaced_by_the_default(here, engine, how, why, monkeypatch):
    way = StagePlan(engine=engine, precision="int8", threads=1)
    machine = HERE.model_copy(update={"engines": HERE.engines | {engine: "1"}})
    monkeypatch.setattr(plan_store, "this_machine", lambda: machine)
    plan = plan_of(bundle(), stages={"gate": way, "classifier": way}, machine=machine)
    TuningPlans(here).save(plan, bundle())
    said: list[str] = []
    cascade = getattr(RunChoices(say=said.append), how)(bundle(), here)
    assert cascade.engine_name == "plain"
    assert len(said) == 1 and why in said[0] and "is not used" in said[0]


def test_what_is_asked_and_fails_is_an_error(here):
    with pytest.raises(BundleError, match="golden scores disagree"):
        RunChoices(engine="wrong").proven(bundle(), here)


def test_another_thread_s_cascade_keeps_to_its_threads(here):
    assert ways(RunChoices().proven(bundle(), here, threads=1)) == [("swift", 1)] * 2


def test_choices_by_stage(here, tmp_path):
    assert {way.engine for way in RunChoices().by_stage(bundle(), here).values()} == {"swift"}
    untuned = RunChoices(precision="float32").by_stage(bundle(), here)
    assert {(way.engine, way.precision) for way in untuned.values()} == {(None, "float32")}
