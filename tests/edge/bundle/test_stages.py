"""Which form of an instance network is taken."""

from __future__ import annotations

import json

import pytest

from edge.bundle.stages import InstanceStage
from edge.core.errors import BundleError
from tests.edge.bundle.samples import instance_stage, manifest, with_instances


@pytest.mark.parametrize("precision", ["int8", "float32"])
def test_a_network_that_lost_by_int8_comes_in_float32(precision: str) -> None:
    stage = manifest(**with_instances()).stages.instances
    assert stage is not None
    forms = {name: form.precision for name, form in stage.forms("sample", precision).items()}
    assert forms == {"pyramid 64×32": precision, "box head": "float32", "mask head": "float32"}


def test_a_format_that_was_not_packed_is_named() -> None:
    stage = manifest(**with_instances()).stages.instances
    assert stage is not None
    says = "sample has no int8 pyramid 64×32 for instances as onnx"
    with pytest.raises(BundleError, match=says):
        stage.forms("sample", "int8", "onnx")


SMALL, LARGE = "pyramid 64×32", "pyramid 128×64"


def two_windows(first: list[str], second: list[str]) -> InstanceStage:
    """A stage whose pyramids come in these precisions."""
    models = (("", (64, 32), first), ("large-", (128, 64), second))
    windows = [
        {
            "size": size,
            "models": [
                {"file": f"models/{name}{kind}.tflite", "format": "tflite", "precision": kind}
                for kind in kinds
            ],
        }
        for name, size, kinds in models
    ]
    return InstanceStage.model_validate_json(json.dumps(instance_stage(windows=windows)))


@pytest.mark.parametrize(
    ("first", "second", "precision", "pyramids"),
    [
        (["int8", "float32"], ["int8"], "int8", {SMALL: "int8", LARGE: "int8"}),
        (["int8", "float32"], ["int8"], "float32", {SMALL: "float32"}),
        (["int8"], ["int8", "float32"], "float32", {LARGE: "float32"}),
        (["float32"], ["int8"], "int8", {SMALL: "float32", LARGE: "int8"}),
    ],
)
def test_a_window_size_that_is_in_no_such_form_is_left_out(
    first: list[str], second: list[str], precision: str, pyramids: dict[str, str]
) -> None:
    forms = two_windows(first, second).forms("sample", precision)
    assert {n: f.precision for n, f in forms.items() if n.startswith("pyramid")} == pyramids


def test_no_window_in_such_a_form_is_named() -> None:
    with pytest.raises(BundleError, match="sample has no float32 pyramid 64×32 for instances"):
        two_windows(["int8"], ["int8"]).forms("sample", "float32")
