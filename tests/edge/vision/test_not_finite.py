"""A score that is no finite number is no verdict, wherever it comes from."""

from __future__ import annotations

import json

import numpy as np
import pytest

from edge.core.coverage import Coverage
from edge.core.errors import NotFiniteError
from edge.core.inspection import Cause, Level
from tests.edge.fakes import BlobInstances, cascade, frame, strip

BAD = strip((5, 5, 230), (45, 15, 210))
NUMBERS = (np.nan, np.inf, -np.inf)


def spoil(model, number, *, of=slice(None)):
    """Let a stage's engine give a number in some of its logits."""
    run = model.engine.run

    def spoiled(batch):
        logits = run(batch).copy()
        logits[of] = number
        return logits

    model.engine.run = spoiled


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("of", [slice(None), slice(0, 1), slice(-1, None)])
@pytest.mark.parametrize("stage", ["gate", "classifier"])
def test_a_frame_with_one_is_uninspected(stage, of, number):
    judge = cascade()
    spoil(getattr(judge.networks, stage), number, of=of)
    seen = judge.inspect(frame(BAD))
    assert (seen.level, seen.cause) == (Level.UNINSPECTED, Cause.NOT_FINITE)
    assert (seen.defective, seen.defect_score, seen.defects) == (False, None, ())
    json.dumps(seen.as_json(), allow_nan=False)
    coverage = Coverage()
    coverage.add(seen)
    assert coverage.causes_as_json() == {"not finite": seen.length_mm}


@pytest.mark.parametrize("number", NUMBERS)
def test_so_is_one_that_is_caught_up(number):
    judge = cascade()
    gated = judge.inspect(frame(BAD), permit=lambda stage, regions: False)
    assert gated.level is Level.GATED
    spoil(judge.networks.classifier, number)
    assert judge.classify(frame(BAD), gated).cause is Cause.NOT_FINITE


def test_a_temperature_that_overflows_is_found_too():
    judge = cascade()
    judge.networks.gate.temperature = 1e-46
    assert judge.inspect(frame(strip((5, 5, 150)))).cause is Cause.NOT_FINITE


def test_outlines_that_are_none_leave_the_verdict(monkeypatch):
    judge = cascade(instances=BlobInstances())
    seen = judge.inspect(frame(BAD))
    assert seen.level is Level.CLASSIFIED

    def find(*args):
        raise NotFiniteError("no number")

    monkeypatch.setattr(judge.instances, "find", find, raising=False)
    assert judge.outline(frame(BAD), seen) is seen


def test_finite_numbers_however_large_are_scores():
    judge = cascade()
    spoil(judge.networks.gate, 1e30)
    assert judge.inspect(frame(BAD)).level is Level.FULL
