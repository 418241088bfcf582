"""In which ways a stage can be run on a device, and which are proven."""

from __future__ import annotations

import pytest

from edge.tune.candidates import (
    Partners,
    choices_of,
    forms_of,
    prove,
    stages_of,
    thread_counts,
)
from edge.tune.proof import Proof
from edge.vision.models.gate import Gate
from edge.vision.models.load import EngineChoice
from tests.edge.tune.toy import bundle


@pytest.mark.parametrize(
    ("cores", "counts"),
    [
        (1, [1]),
        (2, [1, 2]),
        (4, [1, 2, 3, 4]),
        (6, [1, 2, 3, 4, 6]),
        (16, [1, 2, 3, 4, 8, 16]),
        (24, [1, 2, 3, 4, 8, 16, 24]),
    ],
)
def test_thread_counts(cores, counts):
    assert thread_counts(cores) == counts


def test_only_forms_that_the_bundle_has_are_tried(engines):
    given = bundle(("tflite", "int8"), ("tflite", "float32"), ("onnx", "float32"))
    ways = set(choices_of(given, "gate", ["plain", "swift"], cores=1))
    assert ways == {
        EngineChoice("plain", "int8", 1),
        EngineChoice("plain", "float32", 1),
        EngineChoice("swift", "float32", 1),
    }


def test_stages_are_those_of_the_bundle(engines):
    assert stages_of(bundle(), "verdict") == ["gate", "classifier"]
    assert stages_of(bundle(), "outlines") == []
    assert stages_of(bundle(outlines=True), "outlines") == ["instances"]


def test_instances_are_tried_where_each_network_can_be_had(engines):
    given = bundle(outlines=True)
    assert forms_of(given, "instances") == {("tflite", "int8"), ("onnx", "int8")}
    assert forms_of(bundle(), "instances") == set()


def test_a_choice_is_verified_with_a_partner_that_agrees(engines):
    proof = Proof(bundle())
    partners = Partners(proof, ["plain", "wrong", "swift"], 1)
    assert {form: c.networks.gate.engine.name for form, c in partners.cascades.items()} == {
        ("tflite", "int8"): "plain",
        ("onnx", "int8"): "swift",
    }
    assert isinstance(prove(proof, partners, "gate", EngineChoice("swift", "int8", 1)), Gate)
    assert "off in int8" in prove(proof, partners, "classifier", EngineChoice("wrong", "int8", 1))
    assert "it is a toy" in prove(proof, partners, "gate", EngineChoice("broken", "int8", 1))


def test_without_a_partner_there_is_no_proof(engines):
    proof = Proof(bundle())
    partners = Partners(proof, ["plain", "wrong"], 1)
    said = prove(proof, partners, "gate", EngineChoice("wrong", "int8", 1))
    assert said.startswith("wrong: scores golden/frame-1.png")


def test_a_form_that_was_not_judged_is_refused_for_that(engines):
    proof = Proof(bundle(judged=()))
    partners = Partners(proof, ["plain", "swift"], 1)
    said = prove(proof, partners, "gate", EngineChoice("swift", "int8", 1))
    assert said == "int8 as onnx was not judged on the holdout"


def test_a_gate_without_a_classifier_of_its_form_is_refused(engines):
    whole = bundle()
    manifest = whole.manifest
    classifier = manifest.stages.classifier
    only = classifier.model_copy(update={"models": classifier.models[:1]})
    stages = manifest.stages.model_copy(update={"classifier": only})
    lone = whole.__class__(
        manifest.model_copy(update={"stages": stages}), whole.files, whole.digest
    )
    partners = Partners(Proof(lone), ["plain", "swift"], 1)
    said = prove(Proof(lone), partners, "gate", EngineChoice("swift", "int8", 1))
    assert said == "the bundle does not have gate and classifier both in int8 as onnx"
