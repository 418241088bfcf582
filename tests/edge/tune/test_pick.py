"""Of what was timed the fastest is taken, and of what ties the one that needs least."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.tune.pick import TIE, pick, pick_part
from edge.tune.race import RaceTimes
from edge.vision.models.load import EngineChoice


def taking(*ways):
    """Times of (engine, precision, threads, ms)."""
    return {EngineChoice(e, p, n): RaceTimes([ms, ms, ms]) for e, p, n, ms in ways}


@pytest.mark.parametrize(
    ("ways", "expected"),
    [
        ([("litert", "int8", 1, 2.0), ("onnx", "int8", 1, 1.0)], ("onnx", 1)),
        ([("litert", "int8", 1, 1.02), ("litert", "int8", 2, 1.0)], ("litert", 1)),
        ([("litert", "int8", 1, 1.04), ("litert", "int8", 2, 1.0)], ("litert", 2)),
        ([("litert", "int8", 1, 1.02), ("onnx", "int8", 1, 1.01)], ("onnx", 1)),
        ([("litert", "int8", 1, 1.0)], ("litert", 1)),
    ],
    ids=["faster", "tie", "no tie", "tie of as many threads", "alone"],
)
def test_the_fastest_is_picked_and_fewer_threads_on_a_tie(ways, expected):
    picked = pick(taking(*ways))
    assert (picked.engine, picked.threads) == expected


def test_what_was_given_up_is_never_picked():
    times = taking(("litert", "int8", 2, 1.0), ("onnx", "int8", 1, 1.0))
    times[EngineChoice("onnx", "int8", 1)].hopeless = True
    assert pick(times).engine == "litert"


TIMES = st.dictionaries(
    st.builds(
        EngineChoice, st.sampled_from(["litert", "onnx"]), st.just("int8"), st.integers(1, 4)
    ),
    st.floats(0.01, 1e3),
    min_size=1,
)


@given(TIMES)
def test_what_is_picked_is_as_fast_as_any_but_for_a_tie(medians):
    picked = pick({way: RaceTimes([ms]) for way, ms in medians.items()})
    best = min(medians.values())
    assert medians[picked] <= best * (1 + TIE)
    fewer = [way for way, ms in medians.items() if ms <= best * (1 + TIE)]
    assert picked.threads == min(way.threads for way in fewer)


def test_gate_and_classifier_run_in_one_form():
    stages = {
        "gate": taking(("litert", "int8", 1, 1.0), ("litert", "float32", 1, 1.2)),
        "classifier": taking(("litert", "int8", 1, 9.0), ("litert", "float32", 1, 3.0)),
    }
    picked = pick_part(stages, ("tflite", "int8"))
    assert {way.precision for way in picked.values()} == {"float32"}


@pytest.mark.parametrize(("float_ms", "expected"), [(0.99, "int8"), (0.9, "float32")])
def test_the_usual_form_wins_a_tie(float_ms, expected):
    stages = {
        "gate": taking(("litert", "int8", 1, 1.0), ("litert", "float32", 1, float_ms)),
    }
    assert pick_part(stages, ("tflite", "int8"))["gate"].precision == expected
