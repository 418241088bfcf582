"""What tuning finds on a device whose engines are of known speed."""

from __future__ import annotations

import pytest

from edge.core.errors import BundleError
from edge.tune import tune as tune_module
from edge.tune.tune import tune
from edge.tune.tuning_plan import StagePlan
from edge.vision.cascade import Cascade
from edge.vision.engines import base
from tests.edge.tune import toy
from tests.edge.tune.toy import HERE, bundle

SECONDS = 1.5


def tuned(monkeypatch, given, *, engines=("plain", "swift", "wrong"), cores=2, **speed):
    """The plan of a bundle where these engines are installed, with other speeds of some, in ms."""
    monkeypatch.setattr(toy, "SPEED", toy.SPEED | speed)
    monkeypatch.setattr(base, "_ENGINES", {name: base._ENGINES[name] for name in engines})
    here = HERE.model_copy(update={"engines": dict.fromkeys(engines, "1"), "cores": cores})
    monkeypatch.setattr(tune_module, "this_machine", lambda: here)
    return tune(given, seconds=SECONDS, clock=toy.CLOCK)


def engines_of(plan):
    return {stage: way.engine for stage, way in plan.stages.items()}


def test_the_fastest_that_agrees_is_chosen(engines):
    plan = tuned(engines, bundle())
    assert plan.stages == {
        stage: StagePlan(engine="swift", precision="int8", threads=2)
        for stage in ("gate", "classifier")
    }
    (verdict,) = plan.comparisons
    assert verdict.adopted and verdict.tuned_p50_ms < verdict.default_p50_ms
    assert plan.default == StagePlan(engine="plain", precision="int8", threads=2)
    assert (plan.note, plan.bundle_name) == (None, "sample")


def test_what_is_fast_and_wrong_is_refused_and_says_why(engines):
    plan = tuned(engines, bundle(), swift=100.0)
    refused = [timing for timing in plan.timings if timing.way.engine == "wrong"]
    assert len(refused) == 4
    for timing in refused:
        assert "golden/frame-1.png" in timing.fault and timing.p50_ms is None
    assert set(engines_of(plan).values()) == {"plain"}


def test_what_does_not_load_is_shown_with_its_reason(engines):
    plan = tuned(engines, bundle(), engines=("plain", "broken"))
    faults = {timing.fault for timing in plan.timings if timing.way.engine == "broken"}
    assert faults == {"the model does not load: it is a toy"}
    assert set(engines_of(plan).values()) == {"plain"}


def test_the_default_is_kept_where_nothing_is_faster(engines):
    plan = tuned(engines, bundle(), engines=("plain", "swift"), swift=24.0)
    assert plan.stages == dict.fromkeys(("gate", "classifier"), plan.default)
    assert not any(comparison.adopted for comparison in plan.comparisons)


def test_on_a_single_core_there_is_one_thread(engines):
    engines.setattr("edge.vision.models.load.os.cpu_count", lambda: 1)
    plan = tuned(engines, bundle(), cores=1)
    assert {timing.way.threads for timing in plan.timings} == {1}
    assert engines_of(plan) == {"gate": "swift", "classifier": "swift"}


def test_a_bundle_that_cannot_be_run_without_a_plan_is_run_with_one(engines):
    plan = tuned(engines, bundle(), engines=("broken", "swift"))
    # The first that is installed reads TFLite, and fails.
    assert plan.default is None and "it is a toy" in plan.note
    assert engines_of(plan) == {"gate": "swift", "classifier": "swift"}


def test_where_nothing_agrees_that_is_the_answer(engines):
    with pytest.raises(BundleError, match=r"wrong: scores golden/frame-1\.png") as refused:
        tuned(engines, bundle(), engines=("wrong",))
    assert "millsight bundle verify" in refused.value.hint


def test_outlines_are_tuned_apart_from_the_verdict(engines):
    plan = tuned(engines, bundle(outlines=True))
    assert engines_of(plan) == {"gate": "swift", "classifier": "swift", "instances": "plain"}
    refused = [t for t in plan.timings if t.stage == "instances" and t.fault]
    assert {timing.way.engine for timing in refused} == {"wrong"}
    assert [comparison.part for comparison in plan.comparisons] == ["verdict"]
    cascade = Cascade.from_bundle(bundle(outlines=True), stages=plan.choices)
    assert cascade.engine_name == "swift+plain"


def test_parts_that_do_not_agree_together_are_not_used(engines):
    agree = iter([None, "they are off by one"])
    engines.setattr(tune_module, "_fault", lambda *args: next(agree) or "they are off by one")
    plan = tuned(engines, bundle())
    assert plan.stages == dict.fromkeys(("gate", "classifier"), plan.default)
    assert "agree each, but not together: they are off by one" in plan.note
    assert not any(comparison.adopted for comparison in plan.comparisons)


@pytest.mark.parametrize(
    ("plain", "swift"), [(1.0, 4.0), (4.0, 1.0), (2.0, 2.0), (2.0, 1.9)], ids=str
)
def test_it_is_never_slower_than_the_default_by_its_own_measurements(engines, plain, swift):
    plan = tuned(engines, bundle(), engines=("plain", "swift"), plain=plain, swift=swift)
    for comparison in plan.comparisons:
        if comparison.adopted:
            assert comparison.tuned_p50_ms < comparison.default_p50_ms
    faster = any(comparison.adopted for comparison in plan.comparisons)
    assert faster is (swift < 0.97 * plain)
    if not faster:
        assert set(plan.stages.values()) == {plan.default}
