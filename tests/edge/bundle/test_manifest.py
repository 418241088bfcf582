"""What a manifest may say, and what it says when it may not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from edge.bundle.manifest import FrameSizes, Manifest, parse_manifest
from edge.core.errors import BundleError, NewerFormatError
from tests.edge.bundle.samples import GOLDEN, fields, instance_stage, manifest, with_instances

MODELS = [{"file": "models/gate-int8.tflite", "format": "tflite", "precision": "int8"}]


def as_json(changed: dict[str, Any]) -> bytes:
    return (json.dumps(changed, sort_keys=True, indent=1) + "\n").encode()


def at(path: str, value: Any) -> dict[str, Any]:
    """The sample's fields with one of them replaced, or removed by ``...``."""
    changed = json.loads(json.dumps(fields()))
    *parents, last = path.split(".")
    inner = changed
    for parent in parents:
        inner = inner[int(parent)] if isinstance(inner, list) else inner[parent]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return changed


def test_it_is_read_as_it_was_written() -> None:
    written = manifest()
    assert parse_manifest(written.to_json()) == written
    assert written.stages.gate.geometry.region == (32, 32)


@pytest.mark.parametrize("version", [3, 4, 1000])
def test_a_newer_format_says_to_upgrade(version: int) -> None:
    changed = {"format": version, "whatever": "newer bundles say"}
    with pytest.raises(NewerFormatError, match=f"format {version}.*Upgrade millsight") as refused:
        parse_manifest(as_json(changed))
    assert refused.value.exit_code == 15


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("format", 0, "format"),
        ("format", "1", "format"),
        ("format", ..., "format"),
        ("name", "../../etc", "name"),
        ("name", "", "name"),
        ("simulated", "yes", "simulated"),
        ("created", "yesterday", "created"),
        ("classes", [1, 2], "classes"),
        ("surprise", 1, "surprise"),
        ("frame.min_width", 0, "frame.min_width"),
        ("frame.min_width", 1.5, "frame.min_width"),
        ("stages.gate.activation", "relu", "stages.gate.activation"),
        ("stages.gate.geometry.region", [200], "stages.gate.geometry.region"),
        ("stages.gate.geometry.region", [1, 1], "regions of 1×1 pixels are too small"),
        ("stages.gate.geometry.region", [1600, 1], "regions of 1600×1 pixels are too small"),
        ("stages.gate.geometry.input", [65536, 65536], "are too small"),
        ("stages.gate.temperature", 0.0, "stages.gate.temperature"),
        ("stages.gate.temperature", float("inf"), "stages.gate.temperature"),
        ("stages.gate.temperature", ..., "stages.gate.temperature"),
        ("promises", {}, "not the one that its promises ask for"),
        ("promises.coil", {}, "promises.coil"),
        ("promises.frame.deployed", True, "not the one that its promises ask for"),
        ("promises.tile.value", 0.3, "not what the promises"),
        ("promises.tile.bound_by", ["spot"], "not what the promises"),
        ("promises.tile.bound_by", [], "promises.tile.bound_by"),
        ("promises.tile.defect.holdout.rate", 2, "promises.tile.defect.holdout.rate"),
        ("calibration.gate.val.after", -0.1, "calibration.gate.val.after"),
        ("stages.gate.outputs", ["none", "clean"], "no output 'defect'"),
        ("stages.gate.models", [], "stages.gate.models"),
        ("stages.segmenter", None, "stages.segmenter"),
        ("thresholds.gate.value", 1.01, "thresholds.gate.value"),
        ("thresholds.gate.value", 0.6, "above the decision threshold"),
        ("thresholds.gate.value", 0.21, "not the one that its promises ask for"),
        ("thresholds.decision.value", -0.1, "thresholds.decision.value"),
        ("metrics.gate.float32.accuracy", 90, "metrics.gate.float32.accuracy"),
        ("metrics.gate.float32.auroc", float("nan"), "metrics.gate.float32.auroc"),
        ("gate_report.verdict", "worse", "gate_report.verdict"),
        ("metrics.gate.int8.unit", "coil", "metrics.gate.int8.unit"),
        ("metrics.gate.int8.auroc_interval", [0.9], "metrics.gate.int8.auroc_interval"),
        ("data.digest", "0" * 63, "data.digest"),
        ("data.split_digest", ..., "data.split_digest"),
        ("holdout_openings.0.when", "yesterday", "holdout_openings.0.when"),
        ("data.terms", "", "data.terms"),
        ("drift", None, "drift"),
        ("drift.grey.edges", [150, 100], "do not ascend"),
        ("drift.grey.shares", [0.5, 0.5], "2 edges do not make 2 bins"),
        ("drift.scores.clean", [0.5, 0.25], "add up to 1"),
        ("drift.scores.limits.watch", 0.75, "watch limit lies above"),
        ("golden", [], GOLDEN),
        ("files", {}, "disagree"),
    ],
)
def test_a_wrong_field_is_named(path: str, value: Any, says: str) -> None:
    with pytest.raises(BundleError, match=says) as refused:
        parse_manifest(as_json(at(path, value)))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("outputs", "fits"),
    [
        (["none", "spot", "streak"], True),
        (["spot", "streak"], True),
        (["spot", "none", "streak"], False),
        (["none", "none", "spot", "streak"], False),
        (["none", "streak", "spot"], False),
        (["none", "spot"], False),
    ],
)
def test_a_classifier_s_outputs_are_the_classes_with_none_first(
    outputs: list[str], fits: bool
) -> None:
    stages = fields()["stages"]
    model = {"file": "models/c.tflite", "format": "tflite", "precision": "int8"}
    stages["classifier"] = stages["gate"] | {"outputs": outputs, "models": [model]}
    files = fields()["files"] | {model["file"]: {"sha256": "0" * 64, "bytes": 1}}
    if fits:
        assert manifest(stages=stages, files=files).stages.classifier is not None
    else:
        with pytest.raises(ValueError, match="none first"):
            manifest(stages=stages, files=files)


def test_an_instance_stage_is_read_as_it_was_written() -> None:
    written = manifest(**with_instances())
    assert parse_manifest(written.to_json()) == written
    stage = written.stages.instances
    assert stage is not None
    assert list(stage.networks) == ["pyramid 64×32", "box head", "mask head"]
    boxes_alone = instance_stage(mask_head=None)
    files = {name: e for name, e in with_instances()["files"].items() if "mask-head" not in name}
    stages = fields()["stages"] | {"instances": boxes_alone}
    assert len(list(manifest(stages=stages, files=files).stages.networks)) == 3


def test_what_older_bundles_lack_is_not_written() -> None:
    text = manifest().to_json()
    assert b'"instances"' not in text and b'"classifier": null' in text
    with pytest.raises(BundleError, match="not written as millsight writes it"):
        parse_manifest(as_json(at("stages.instances", None)))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"windows": []}, "windows"),
        ({"windows": [{"size": [60, 32], "models": MODELS}]}, "multiples of 16"),
        ({"windows": [{"size": [64, 32], "models": MODELS}] * 2}, "two windows have one size"),
        ({"box_head": []}, "box_head"),
        ({"box_head": MODELS * 2}, "two files of one format and precision"),
        ({"mask_head": MODELS}, "disagree on"),
        ({"anchors": [[[8.0, 8.0]]]}, "anchors"),
        ({"anchors": [[[8.0, 0.0]]] * 3}, "anchors"),
        ({"rules": [{"score": 0.5, "min_area_px": 4}]}, "not one for each class"),
        ({"rules": [{"score": 1.5, "min_area_px": 4}] * 2}, "score"),
        ({"rois": 0}, "rois"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_a_wrong_instance_stage_is_named(changes: dict[str, Any], says: str) -> None:
    changed = json.loads(json.dumps(fields() | with_instances(**changes)))
    with pytest.raises(BundleError, match=says):
        parse_manifest(as_json(changed))


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"7", b"null", b"\xff\xfe", b"[" * 100_000, b'"manifest"']
)
def test_what_is_no_manifest_is_refused(data: bytes) -> None:
    with pytest.raises(BundleError, match=r"manifest\.json") as refused:
        parse_manifest(data)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda text: text.replace(b"\n ", b" "),
        lambda text: text + b"\n",
        lambda text: text.replace(b'"name": "sample"', b'"name": "other",\n "name": "sample"'),
        lambda text: text.replace(b"0.95", b"0.950"),
    ],
    ids=["other spaces", "a line more", "a key twice", "a number otherwise"],
)
def test_only_the_canonical_form_is_read(rewrite: Any) -> None:
    text = rewrite(manifest().to_json())
    assert text != manifest().to_json()
    with pytest.raises(BundleError, match="not written as millsight writes it"):
        parse_manifest(text)


@pytest.mark.parametrize(
    ("width", "height", "accepted"),
    [
        (32, 32, True),
        (640, 64, True),
        (64, 33, True),
        (31, 32, False),
        (33, 32, False),
        (672, 64, False),
        (64, 65, False),
    ],
)
def test_frame_sizes(width: int, height: int, accepted: bool) -> None:
    sizes: FrameSizes = manifest().frame
    assert sizes.accepts(width, height) is accepted
    assert str(sizes) == "32–640 in steps of 32 × 32–64"


def test_every_field_is_described() -> None:
    schema = Manifest.model_json_schema()
    parts = {"Manifest": schema} | schema["$defs"]
    undescribed = [
        f"{name}.{field}"
        for name, part in parts.items()
        for field, entry in part.get("properties", {}).items()
        if not entry.get("description")
    ]
    assert undescribed == []
