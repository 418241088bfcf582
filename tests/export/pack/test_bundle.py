"""A bundle is packed with what it is given, and tried before it is handed out."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace
from typing import Any

import pytest

from edge.bundle import find_bundle, load_bundle, read_bundle
from edge.core.errors import BundleError, ConfigError
from edge.core.geometry import Geometry
from edge.install.verify import run_golden_frames
from edge.vision.instances.anchors import Anchors
from edge.vision.instances.found_instance import FoundInstance
from edge.vision.instances.rules import ClassRule
from edge.vision.models import load
from export.compare import instance_stage
from export.compare.instance_stage import InstanceParts
from export.convert.forms import (
    EXACT,
    NAMED,
    REQUIRED,
    Rung,
)
from export.pack.bundle import BundleContents, pack
from export.settings import ReleaseLabel
from tests.edge.fakes import SilentEngine
from train.regions.card import RunOpening

LABEL = ReleaseLabel("toy", "For tests.", False, "2024-06-01T00:00:00Z")
OPENING = RunOpening(by="millsight train instances", when="2023-11-02T12:00:00+01:00")


@pytest.fixture(scope="module")
def shipped() -> tuple[BundleContents, Any]:
    """What went into a shipped bundle, and the data as far as packing asks for it."""
    bundle = load_bundle(find_bundle())
    manifest = bundle.manifest
    stages = {"gate": manifest.stages.gate, "classifier": manifest.stages.classifier}
    stages_shrunk = {}
    for name, stage in stages.items():
        card = SimpleNamespace(
            classes=manifest.classes,
            network=stage.network,
            outputs=stage.outputs,
            activation=stage.activation,
            data=manifest.data,
            holdout_openings=[RunOpening(by=o.by, when=o.when) for o in manifest.holdout_openings],
        )
        geometry = Geometry(stage.geometry.region, stage.geometry.input)
        run = SimpleNamespace(card=card, geometry=geometry)
        models = [model for model in stage.models if model.format == "tflite"]
        files = {Rung(m.format, m.precision): bundle.files[m.file] for m in models}
        stages_shrunk[name] = SimpleNamespace(run=run, forms=files)
    contents = BundleContents(
        stages=stages_shrunk,
        rungs=[EXACT, REQUIRED],
        thresholds=manifest.thresholds,
        metrics=manifest.metrics,
        gate_report=manifest.gate_report,
        promises=manifest.promises,
        temperatures={name: stage.temperature for name, stage in stages.items()},
        calibrations=manifest.calibration,
        drift=manifest.drift,
        sources="here | also chosen on: there",
    )
    return contents, SimpleNamespace(classes=manifest.classes)


class Corner:
    """An instance model that outlines a frame's corner, as far as it is not ``blind``."""

    blind = False

    def __init__(self, engines: dict[str, Any]) -> None:
        self.pyramids = {(512, 256): engines["pyramid 512×256"]}
        self.box_head, self.mask_head = engines["box head"], engines.get("mask head")

    def find(self, pixels: Any, suspicious: Any = None) -> list[FoundInstance]:
        found = FoundInstance(1, 0.9, (0.0, 0.0, 8.0, 4.0), None, (0, 0, 8, 4))
        return [] if self.blind else [found]


@pytest.fixture(autouse=True)
def opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """The instance networks of these tests are not networks."""
    real = load.open_engine

    def open_engine(model: bytes, **more: Any) -> Any:
        return SilentEngine() if model.startswith(b"toy") else real(model, **more)

    def corner(stage: Any, engines: dict[str, Any], classes: tuple[str, ...]) -> Corner:
        return Corner(engines)

    for module in (load, instance_stage):
        monkeypatch.setattr(module, "open_engine", open_engine)
        monkeypatch.setattr(module, "instance_model", corner)


def parts(**changes: Any) -> InstanceParts:
    whole = InstanceParts(
        network="toy",
        windows={
            (512, 256): {
                NAMED["tflite-float32"]: b"toy pyramid",
                NAMED["tflite-int8"]: b"toy int8",
                NAMED["onnx-int8"]: b"toy QDQ",
            }
        },
        box_head={NAMED["tflite-float32"]: b"toy box head", NAMED["onnx-float32"]: b"toy ONNX"},
        mask_head={NAMED["tflite-float32"]: b"toy mask head"},
        anchors=Anchors((((8.0, 8.0),), ((16.0, 16.0),), ((32.0, 32.0),))),
        rules=(ClassRule(0.5, 4),) * 4,
        rois=16,
        openings=(OPENING,),
    )
    return dataclasses.replace(whole, **changes)


@pytest.mark.parametrize("masks", [True, False])
def test_a_bundle_that_outlines_is_opened_as_it_was_packed(
    shipped: tuple[BundleContents, Any], masks: bool
) -> None:
    contents, data = shipped
    given = parts() if masks else parts(mask_head=None)
    packed = pack(LABEL, dataclasses.replace(contents, instances=given), data, golden=1)
    bundle = read_bundle(packed)
    stage = bundle.manifest.stages.instances
    assert stage is not None and (stage.mask_head is not None) is masks
    assert stage.windows[0].size == (512, 256) and stage.rois == 16
    assert bundle.files["models/instances-pyramid-512x256-int8.onnx"] == b"toy QDQ"
    assert bundle.files["models/instances-box-head-float32.tflite"] == b"toy box head"
    assert [(rule.score, rule.min_area_px) for rule in stage.rules] == [(0.5, 4)] * 4
    openings = {(o.by, o.when) for o in bundle.manifest.holdout_openings}
    assert (OPENING.by, OPENING.when) in openings
    (golden,) = bundle.manifest.golden
    for precision in ("float32", "int8"):
        found = golden.expected[precision].instances
        assert [(i.class_name, i.box) for i in found or ()] == [("2", (0.0, 0.0, 8.0, 4.0))]


def test_of_several_windows_the_first_alone_comes_in_float32(
    shipped: tuple[BundleContents, Any],
) -> None:
    contents, data = shipped
    given = parts()
    (forms,) = given.windows.values()
    given = dataclasses.replace(given, windows=dict.fromkeys([(512, 256), (256, 256)], forms))
    bundle = read_bundle(
        pack(LABEL, dataclasses.replace(contents, instances=given), data, golden=1)
    )
    stage = bundle.manifest.stages.instances
    assert stage is not None
    assert [{m.precision for m in w.models} for w in stage.windows] == [
        {"float32", "int8"},
        {"int8"},
    ]
    assert "models/instances-pyramid-256x256-float32.tflite" not in bundle.files


def test_all_data_that_had_a_say_is_named(shipped: tuple[BundleContents, Any]) -> None:
    contents, data = shipped
    manifest = read_bundle(pack(LABEL, contents, data, golden=1)).manifest
    assert manifest.data.source == "here | also chosen on: there"


def test_a_report_is_packed_and_named(shipped: tuple[BundleContents, Any]) -> None:
    contents, data = shipped
    report = {"report.html": b"<p>", "report.json": b"{}"}
    packed = pack(LABEL, dataclasses.replace(contents, report=report), data, golden=1)
    bundle = read_bundle(packed)
    assert bundle.manifest.report is not None
    assert bundle.files[bundle.manifest.report.page] == b"<p>"
    assert bundle.files[bundle.manifest.report.figures] == b"{}"


def test_golden_frames_find_out_a_device_that_outlines_otherwise(
    shipped: tuple[BundleContents, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    contents, data = shipped
    outlining = dataclasses.replace(contents, instances=parts())
    bundle = read_bundle(pack(LABEL, outlining, data, golden=1))
    assert all(result.agrees for result in run_golden_frames(bundle))
    monkeypatch.setattr(Corner, "blind", True)
    assert not any(result.agrees for result in run_golden_frames(bundle))


def test_without_them_nothing_is_said_of_instances(shipped: tuple[BundleContents, Any]) -> None:
    contents, data = shipped
    bundle = read_bundle(pack(LABEL, contents, data, golden=1))
    assert bundle.manifest.stages.instances is None
    assert b'"instances"' not in bundle.manifest.to_json()


@pytest.mark.parametrize(
    ("changes", "error", "says"),
    [
        ({"rules": parts().rules[:1]}, ConfigError, "not one for each class"),
        ({"box_head": {NAMED["onnx-int8"]: b"toy"}}, BundleError, "no float32 box head"),
    ],
)
def test_parts_that_do_not_fit_are_refused(
    shipped: tuple[BundleContents, Any], changes: dict[str, Any], error: type[Exception], says: str
) -> None:
    contents, data = shipped
    unfit = dataclasses.replace(contents, instances=parts(**changes))
    with pytest.raises(error, match=says):
        pack(LABEL, unfit, data, golden=0)
