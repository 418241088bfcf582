"""A plan is used on the device, for the bundle and with the engines that it was made for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from edge.core.errors import UnwritableError
from edge.tune.plan_store import TuningPlans
from edge.tune.tuning_plan import (
    StagePlan,
    Timing,
    TuningPlan,
)
from tests.edge.tune.toy import HERE, bundle

SWIFT = StagePlan(engine="swift", precision="int8", threads=2)


def plan_of(given, **changes) -> TuningPlan:
    whole = TuningPlan(
        format=1,
        bundle=given.digest,
        bundle_name=given.manifest.name,
        tuned="2025-01-01T00:00:00Z",
        machine=HERE,
        busy=0.1,
        default=SWIFT.model_copy(update={"engine": "plain"}),
        note=None,
        stages={"gate": SWIFT, "classifier": SWIFT},
        timings=(
            Timing(
                stage="gate",
                way=SWIFT,
                p50_ms=1.0,
                p99_ms=2.0,
                rounds=10,
                hopeless=False,
                fault=None,
            ),
        ),
        comparisons=(),
    )
    return whole.model_copy(update=changes)


def test_a_plan_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    given, plans = bundle(), TuningPlans(tmp_path / "state")
    assert plans.find(given, HERE) == (None, "")
    path = plans.save(plan_of(given), given)
    assert path == tmp_path / "state" / "plans" / f"{given.digest}.json"
    assert plans.find(given, HERE) == (plan_of(given), "")
    assert str(plan_of(given)) == "gate swift int8, 2 threads; classifier swift int8, 2 threads"


def test_a_plan_is_forgotten(tmp_path: Path) -> None:
    given, plans = bundle(), TuningPlans(tmp_path)
    plans.save(plan_of(given), given)
    assert plans.forget(given) and not plans.forget(given)
    assert plans.find(given, HERE) == (None, "")


@pytest.mark.parametrize(
    "content",
    [b"", b"no JSON", b"{}", b"[1]", b'{"format": 2}', b"\xff\xfe"],
    ids=["empty", "text", "no fields", "a list", "newer", "bytes"],
)
def test_a_damaged_plan_is_not_used_and_says_so(content: bytes, tmp_path: Path) -> None:
    given, plans = bundle(), TuningPlans(tmp_path)
    path = plans.save(plan_of(given), given)
    path.write_bytes(content)
    found, why = plans.find(given, HERE)
    assert found is None
    assert why == f"the plan {path} is damaged and is not used; tune again: millsight tune"


@pytest.mark.parametrize(
    ("field", "value"), [("threads", 0), ("threads", "2"), ("precision", "int4"), ("more", 1)]
)
def test_an_impossible_field_is_damage(field: str, value: object, tmp_path: Path) -> None:
    given, plans = bundle(), TuningPlans(tmp_path)
    path = plans.save(plan_of(given), given)
    written = json.loads(path.read_text())
    written["stages"]["gate"][field] = value
    path.write_text(json.dumps(written))
    assert plans.find(given, HERE)[0] is None


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"machine": HERE.model_copy(update={"cpu": "Other"})}, "made on Other, and this is Toy 1"),
        ({"machine": HERE.model_copy(update={"cores": 8})}, "made with 8 cores"),
        ({"machine": HERE.model_copy(update={"engines": {"swift": "1"}})}, "made with swift 1"),
        ({"bundle": "f" * 64}, "was made for another bundle, sample (ffffffffffff)"),
        ({"stages": {"gate": SWIFT}}, "stages are not those of the bundle"),
    ],
    ids=["cpu", "cores", "engine", "bundle", "stages"],
)
def test_a_plan_for_something_else_is_not_used_and_says_why(
    changes: dict[str, object], why: str, tmp_path: Path
) -> None:
    given, plans = bundle(), TuningPlans(tmp_path)
    plans.save(plan_of(given, **changes), given)
    found, said = plans.find(given, HERE)
    assert found is None
    assert why in said and said.endswith("tune again: millsight tune")


def test_a_plan_that_cannot_be_read_or_kept_is_said(tmp_path: Path) -> None:
    given, plans = bundle(), TuningPlans(tmp_path)
    plans.file(given).mkdir(parents=True)
    found, why = plans.find(given, HERE)
    assert found is None and "cannot be read" in why
    with pytest.raises(UnwritableError):
        plans.save(plan_of(given), given)
    with pytest.raises(UnwritableError, match="cannot be removed"):
        plans.forget(given)
