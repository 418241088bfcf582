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
from edge.errors import ConfigError, DataError, ExportGateError, MissingPathError
from edge.models.load import Loader
from export import instances as instances_module
from export import pipeline
from export.cli import export
from export.gate import Margins
from export.instance_calibration import Windows, calibration_windows
from export.instance_export import choose_instances, window_sizes
from export.instance_judging import judge_instances_on_holdout
from export.ladder import EXACT
from export.runs import check_instances
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
    out = tmp_path_factory.mktemp("out") / "patches.millsight"
    return out, call(words(trained, outlined, out))


def test_the_bundle_outlines_in_both_precisions(exported: tuple[Path, Result]) -> None:
    bundle = load_bundle(exported[0])
    stage = bundle.manifest.stages.instances
    assert stage is not None
    assert stage.network == "mask_rcnn-patches"
    assert [window.size for window in stage.windows] == [WINDOW, (64, 32)]
    forms = {(m.format, m.precision) for m in stage.windows[0].models}
    assert forms == {(f, p) for f in ("tflite", "onnx") for p in ("float32", "int8")}
    for precision in ("float32", "int8"):
        figures = stage.figures[precision]
        assert figures.box_ap50 > 0.9
        assert figures.mask_ap50 is not None and figures.mask_ap50 > 0.9
        assert figures.n == COUNTS["holdout"] + CLEAN
    openings = {(o.by, o.when) for o in bundle.manifest.holdout_openings}
    assert ("millsight train instances", OPENED) in openings


@pytest.mark.parametrize(
    ("precision", "engine"), [("float32", None), ("int8", None), ("int8", "onnx")]
)
def test_the_rules_tell_patches_from_strip(
    exported: tuple[Path, Result], outlined: Path, precision: str, engine: str | None
) -> None:
    data = open_data(outlined)
    frame = data.of("holdout")[1]
    bundle = load_bundle(exported[0])
    model = Loader(bundle, engine, precision, threads=1).instances()
    assert model is not None
    found = model.find(frame.read())
    assert sorted(f.class_index for f in found) == sorted(i.class_index for i in frame.instances)
    for thing in found:
        assert thing.mask is not None
        assert 100 <= thing.area_px <= 160


def test_what_was_chosen_and_judged_is_said(exported: tuple[Path, Result]) -> None:
    said = exported[1].stderr
    for expected in (
        "looking for instances on val: tflite, pyramid int8, box head float32, mask head float32",
        "looking for instances on holdout: tflite, pyramid float32",
        "int8 heads on val",
        "shrunk instance networks against float on val",
        "windows of 32×32, 64×32; on val these rules were chosen: dark from a score of 0.",
        "shrunk instance networks against float on the holdout",
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
    assert shown[-1].title == "shrunk instance networks against float on val"
    assert seen["holdout"] == []


def test_boxes_alone_have_no_mask_head(outlined: Path, tmp_path: Path) -> None:
    run = read_instances_run(finished_instances(tmp_path / "boxes", outlined, masks=False))
    data, shown = open_data(outlined), [].append
    chosen = choose_instances(run, data, [(64, 32)], Margins(), Silent(), shown)
    parts, differences = judge_instances_on_holdout(chosen, data, Margins(), Silent(), shown)
    assert {(d.format, d.figure) for d in differences} == {
        ("tflite", "box AP50"),
        ("onnx", "box AP50"),
    }
    assert chosen.latency["box head"][EXACT].ratio == 1.0
    assert parts.mask_head is None
    assert parts.figures["int8"].mask_ap50 is None
    assert parts.figures["int8"].box_ap50 > 0.9
    assert len(parts.rules) == len(CLASSES)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda c: c["data"].update(digest="0" * 64), "images or labels have changed"),
        (lambda c: c["data"].update(split_digest="0" * 64), "other images, groups or"),
        (lambda c: c.update(classes=["bright", "dark"]), "its classes are others"),
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
    with pytest.raises(ConfigError, match="40×32 cannot be halved"):
        call(words(trained, outlined, out, windows="40x32"))
    with pytest.raises(MissingPathError, match="no training run nowhere"):
        call(words(trained, outlined, out, instances="nowhere"))
    alone = words(trained, outlined, out, instances=None, windows="64x32")
    assert CliRunner().invoke(export, alone).exit_code == 2
