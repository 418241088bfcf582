"""``millsight export --instances``: what is chosen and judged, and what stops it."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from edge.bundle import load_bundle
from edge.core.errors import (
    ConfigError,
    DataError,
    ExportGateError,
    MissingPathError,
)
from edge.vision.models.load import ModelLoader
from export import pipeline
from export.choose.instances_on_val import choose_instances, window_sizes
from export.cli.export import export
from export.convert import instance_forms as instances_module
from export.convert.forms import (
    DEFAULT,
    EXACT,
    NAMED,
    Rung,
)
from export.convert.instance_calibration import Windows, calibration_windows
from export.holdout.instances import evaluate_instances_on_holdout
from export.score import latency
from export.score.input_checks import check_instances
from export.settings import Margins
from tests.export.toy import (
    OPENED,
    Silent,
    add_clean_frames,
    arguments,
    call,
    finished_run,
    read_counted,
)
from tests.export.toy_instances import WINDOW, finished_instances, outline
from tests.train.tiny import CLASSES, write_strips
from train.data import open_data
from train.instances.finished import read_instances_run

COUNTS = {"train": 12, "val": 24, "holdout": 24}
CLEAN = 4
MORE = ("tflite-float16", "onnx-int8-s8s8", "onnx-dynamic")
"""Rungs that are not made unasked; pyramids cannot be had in the last."""


@pytest.fixture(scope="module")
def outlined(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A COCO folder of 64×32 frames whose patches have masks."""
    root = write_strips(tmp_path_factory.mktemp("outlined") / "strips", COUNTS)
    add_clean_frames(root, CLEAN)
    outline(root)
    return root


@pytest.fixture(scope="module")
def trained(outlined: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A gate, and an instance network, on them."""
    root = tmp_path_factory.mktemp("trained")
    return {
        "binary": finished_run(root / "gate", outlined, "binary"),
        "instances": finished_instances(root / "instances", outlined, masks=True),
    }


def words(trained: dict[str, Path], outlined: Path, out: Path, **more: Any) -> list[str]:
    given = {"classifier": None, "golden": 1, "instances": trained["instances"]} | more
    return arguments(trained | {"multiclass": Path()}, outlined, out, **given)


@pytest.fixture(scope="module")
def exported(
    trained: dict[str, Path], outlined: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Result]:
    """A bundle in more rungs than usual, and beside it ``report``."""
    out = tmp_path_factory.mktemp("out") / "patches.millsight"
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("SOURCE_DATE_EPOCH", raising=False)
        patch.setattr(latency, "ROUNDS", 3)
        given = words(trained, outlined, out, report=out.parent / "report")
        return out, call([*given, *(word for name in MORE for word in ("--rungs", name))])


def test_the_bundle_outlines_in_every_rung_that_held(exported: tuple[Path, Result]) -> None:
    bundle = load_bundle(exported[0])
    stage = bundle.manifest.stages.instances
    assert stage is not None
    assert stage.network == "mask_rcnn-patches"
    assert [window.size for window in stage.windows] == [WINDOW, (64, 32)]
    forms = {Rung(m.format, m.precision) for m in stage.windows[0].models}
    assert forms == {*DEFAULT, *(NAMED[name] for name in MORE if name != "onnx-dynamic")}
    assert set(stage.figures) == {rung.precision for rung in forms}
    for figures in stage.figures.values():
        assert figures.box_ap50 > 0.9
        assert figures.mask_ap50 is not None and figures.mask_ap50 > 0.9
        assert figures.n == COUNTS["holdout"] + CLEAN
    openings = {(o.by, o.when) for o in bundle.manifest.holdout_openings}
    assert ("millsight train instances", OPENED) in openings


def test_the_report_tells_what_became_of_every_rung(exported: tuple[Path, Result]) -> None:
    folder = exported[0].parent / "report"
    told = json.loads((folder / "report.json").read_text())["instances"]
    rungs = {f"{rung['format']}-{rung['precision']}": rung for rung in told["rungs"]}
    assert set(rungs) == {*MORE, *(rung.name for rung in DEFAULT)}
    stage = load_bundle(exported[0]).manifest
    for name, rung in rungs.items():
        if name == "onnx-dynamic":
            continue
        assert rung["packed"], rung["refused"]
        assert set(rung["parity"]) == {"pyramid 32×32", "pyramid 64×32", "box head", "mask head"}
        assert set(rung["latency"]) == set(rung["bytes"]) == set(rung["parity"])
        assert all(len(found) == 2 for found in rung["differences"].values())
        file = f"models/instances-pyramid-32x32-{rung['precision']}.{rung['format']}"
        assert stage.files[file].sha256 == rung["sha256"]["pyramid 32×32"]
    assert rungs["onnx-int8"]["networks"]["pyramid"] == "int8"
    refused = rungs["onnx-dynamic"]
    assert not refused["packed"]
    assert refused["refused"].startswith("pyramid 32×32: ONNX Runtime's dynamic quantization is")
    page = (folder / "report.html").read_text()
    for said in (
        "onnx int8-s8s8, mask AP50, holdout",
        "difference from Keras",
        "refused: pyramid 32×32: ONNX",
    ):
        assert said in page


@pytest.mark.parametrize(
    ("precision", "engine"),
    [
        ("float32", None),
        ("int8", None),
        ("int8", "onnx"),
        ("float16", None),
        ("int8-s8s8", "onnx"),
    ],
)
def test_the_rules_tell_patches_from_strip(
    exported: tuple[Path, Result], outlined: Path, precision: str, engine: str | None
) -> None:
    data = open_data(outlined)
    frame = data.of("holdout")[1]
    bundle = load_bundle(exported[0])
    model = ModelLoader(bundle, engine, precision, threads=1).instances()
    assert model is not None
    found = model.find(frame.read())
    assert sorted(f.class_index for f in found) == sorted(i.class_index for i in frame.instances)
    for thing in found:
        assert thing.mask is not None
        assert 100 <= thing.area_px <= 160


def test_what_was_chosen_and_judged_is_said(exported: tuple[Path, Result]) -> None:
    said = exported[1].stderr
    for expected in (
        "finding instances on val: tflite, pyramid int8, box head float32, mask head float32",
        "finding instances on holdout: tflite, pyramid float32",
        "int8 heads on val",
        "quantized instance networks against float on val",
        "windows of 32×32, 64×32; rules chosen on val: dark with a score of at least 0.",
        "quantized instance networks against float on the holdout",
        "the forms of the instance networks on holdout",
        "mask AP50",
        "held",
    ):
        assert expected in said


def test_spoiled_networks_are_refused_by_their_figure(
    trained: dict[str, Path], outlined: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faint(*given: Any, **more: Any) -> Windows:
        windows = calibration_windows(*given, **more)
        return replace(windows, pictures=96 + windows.pictures // 4)

    # Calibrated on faint defects, int8 has no room for what others cause.
    monkeypatch.setattr(instances_module, "calibration_windows", faint)
    run, data = read_instances_run(trained["instances"]), open_data(outlined)
    shown: list[Any] = []
    seen = read_counted(monkeypatch)
    with pytest.raises(
        ExportGateError, match=r"worse than float on val: (box|mask) AP50 0\.\d+ against"
    ):
        choose_instances(run, data, [(64, 32)], Margins(), Silent(), shown.append)
    assert shown[-1].title == "quantized instance networks against float on val"
    assert seen["holdout"] == []


def test_boxes_alone_have_no_mask_head(outlined: Path, tmp_path: Path) -> None:
    run = read_instances_run(finished_instances(tmp_path / "boxes", outlined, masks=False))
    data, shown = open_data(outlined), [].append
    chosen = choose_instances(run, data, [(64, 32)], Margins(), Silent(), shown)
    onnx = NAMED["onnx-int8"]
    packed = [rung for rung in DEFAULT if rung != onnx]
    judged = evaluate_instances_on_holdout(chosen, data, Margins(), Silent(), shown, packed)
    parts, evidence = judged.parts, judged.evidence
    assert evidence[onnx].refused == "gate and classifier are not packed in it"
    assert set(parts.box_head) == set(packed)
    for rung in set(packed) - {EXACT}:
        assert {d.figure for d in evidence[rung].differences["holdout"]} == {"box AP50"}
    assert evidence[EXACT].latency["box head"].ratio == 1.0
    assert parts.mask_head is None
    assert parts.figures["int8"].mask_ap50 is None
    assert parts.figures["int8"].box_ap50 > 0.9
    assert len(parts.rules) == len(CLASSES)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda c: c["data"].update(digest="0" * 64), "images or labels have changed"),
        (lambda c: c["data"].update(split_digest="0" * 64), "its images, groups or splits differ"),
        (lambda c: c.update(classes=["bright", "dark"]), "its classes differ"),
    ],
    ids=["data", "splits", "classes"],
)
def test_a_run_on_other_data_is_refused(
    change: Any, says: str, trained: dict[str, Path], outlined: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(trained["instances"], tmp_path / "edited")
    card = json.loads((folder / "card.json").read_text())
    change(card)
    (folder / "card.json").write_text(json.dumps(card))
    out = tmp_path / "x.millsight"
    with pytest.raises(DataError, match=says):
        call(words(trained, outlined, out, instances=folder))
    assert not out.exists()


@pytest.mark.parametrize("split", ["val", "holdout"])
def test_a_split_without_a_defect_chooses_and_judges_nothing(
    split: str, outlined: Path, tmp_path: Path
) -> None:
    root = shutil.copytree(outlined, tmp_path / "lacking")
    path = root / f"instances_{split}.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"annotations": []}))
    run = read_instances_run(finished_instances(tmp_path / "run", root, masks=True))
    with pytest.raises(DataError, match=f"no {split} image with a box or a mask"):
        check_instances(run, open_data(root))


@pytest.mark.parametrize(
    ("frames", "wanted", "sizes"),
    [
        ([(64, 32)], [], [(32, 32), (64, 32)]),
        ([(32, 32)], [], [(32, 32)]),
        ([(72, 32)], [], [(32, 32)]),
        ([(64, 16)], [], [(32, 32)]),
        ([(4096, 1024)], [], [(32, 32)]),
        ([(72, 32), (64, 48), (64, 48)], [], [(32, 32), (64, 48)]),
        ([(64, 32)], [(48, 48), (16, 32), (48, 48)], [(48, 48), (16, 32)]),
    ],
)
def test_windows_are_the_run_s_and_whole_frames(frames: Any, wanted: Any, sizes: Any) -> None:
    run: Any = SimpleNamespace(card=SimpleNamespace(window=(32, 32)))
    samples = [SimpleNamespace(width=width, height=height) for width, height in frames]
    data: Any = SimpleNamespace(of=lambda split: samples)
    assert window_sizes(run, data, wanted) == tuple(sizes)


def test_what_cannot_be_is_said_at_once(
    trained: dict[str, Path], outlined: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "load_keras", lambda: pytest.fail("work has begun"))
    out = tmp_path / "x.millsight"
    with pytest.raises(ConfigError, match="40×32 window are not multiples of 16"):
        call(words(trained, outlined, out, windows="40x32"))
    with pytest.raises(MissingPathError, match="no training run nowhere"):
        call(words(trained, outlined, out, instances="nowhere"))
    alone = words(trained, outlined, out, instances=None, windows="64x32")
    assert CliRunner().invoke(export, alone).exit_code == 2
