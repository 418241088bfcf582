"""Which forms are admitted, and what golden frames find out."""

from __future__ import annotations

import copy

import pytest

from edge.tune.proof import Proof, form_of
from edge.vision.cascade import Cascade
from edge.vision.models.load import EngineChoice
from edge.vision.region_networks import RegionNetworks
from tests.edge import fakes
from tests.edge.tune.toy import PICTURES, bundle

TFLITE, ONNX = ("tflite", "int8"), ("onnx", "int8")


def cascade(given, gate="plain", classifier="plain"):
    return Cascade.from_bundle(
        given,
        stages={
            "gate": EngineChoice(gate, "int8", 1),
            "classifier": EngineChoice(classifier, "int8", 1),
        },
    )


@pytest.mark.parametrize(
    ("part", "form", "why"),
    [
        ("verdict", TFLITE, None),
        ("verdict", ONNX, None),
        ("verdict", ("tflite", "float32"), None),
        ("verdict", ("onnx", "float32"), "was not judged on the holdout"),
        ("verdict", ("tflite", "dynamic"), "no scores in dynamic"),
        ("outlines", ONNX, None),
        ("outlines", ("tflite", "float32"), "was not judged on the holdout"),
    ],
    ids=str,
)
def test_a_form_is_admitted_where_it_was_judged_and_has_golden_scores(engines, part, form, why):
    given = bundle(TFLITE, ONNX, outlines=True, expected=("int8", "float32"))
    refusal = Proof(given).refusal(part, form)
    assert refusal is None if why is None else why in refusal


def test_a_deviating_engine_has_a_fault(engines):
    given = bundle()
    proof = Proof(given)
    assert proof.verdict_fault(cascade(given), TFLITE) is None
    assert proof.verdict_fault(cascade(given, "swift", "swift"), ONNX) is None
    fault = proof.verdict_fault(cascade(given, "wrong", "swift"), ONNX)
    assert "golden/frame-1.png" in fault and "0.05 is allowed" in fault


def with_gate(like, scores):
    """The same cascade, but for what its gate says."""
    gate = copy.copy(like.networks.gate)
    gate.scores = scores
    return like.with_networks(RegionNetworks(gate, like.networks.classifier))


def test_a_gate_that_deviates_alone_is_detected(engines):
    """Half of what a gate is off is left in the mean with a classifier that is right."""
    given = bundle()
    proof, like = Proof(given), cascade(given)
    off = with_gate(like, lambda batch: (like.networks.gate.scores(batch) - 0.08).clip(0, 1))
    assert proof.verdict_fault(off, TFLITE) is None
    assert "the gate alone scores golden/frame-1.png 0.080 off" in proof.gate_fault(
        off, like, TFLITE
    )
    assert proof.gate_fault(like, like, TFLITE) is None


def test_nan_is_a_deviation(engines):
    given = bundle()
    proof, like = Proof(given), cascade(given)
    broken = with_gate(like, lambda batch: like.networks.gate.scores(batch) * float("nan"))
    assert proof.gate_fault(broken, like, TFLITE) is not None


@pytest.mark.parametrize(("blind", "agrees"), [((), True), (("spot",), False)])
def test_outlines_are_held_against_golden_ones(engines, blind, agrees):
    proof = Proof(bundle(outlines=True))
    fault = proof.outlines_fault(fakes.BlobInstances(blind=blind), TFLITE)
    assert (fault is None) is agrees


def test_frames_are_the_bundles(engines):
    frames = Proof(bundle()).frames
    assert {golden.file for golden, _ in frames} == set(PICTURES)


@pytest.mark.parametrize(("engine", "form"), [(None, TFLITE), ("plain", TFLITE), ("swift", ONNX)])
def test_the_form_of_a_choice_is_what_its_engine_reads(engines, engine, form):
    assert form_of(EngineChoice(engine, "int8", 1)) == form
