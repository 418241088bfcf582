"""From a picture to its inspection by Python, as the command gives it."""

from __future__ import annotations

import json
import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

import millsight
from edge.bundle import load_bundle
from millsight import (
    BundleError,
    ConfigError,
    EngineError,
    ImageError,
    Inspector,
    Level,
    MillsightError,
    MissingPathError,
    UntrustedError,
    open_bundle,
)
from tests.edge.cli.test_run import millsight as command
from tests.millsight.pictures import defective, write

GREY = np.full((256, 1600), 90, np.uint8)


@pytest.fixture(scope="module")
def inspector() -> Inspector:
    return Inspector(open_bundle("simulated"))


def of_command(*words: object) -> dict[str, Any]:
    done = command("inspect", *words, "--bundle", "simulated", "--format", "jsonl")
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    return without_times(json.loads(line))


def without_times(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"stages_ms": sorted(row["stages_ms"])}


def test_scores_that_are_no_finite_numbers_are_the_networks_fault() -> None:
    """And not the picture's, whose size is right."""
    spoilt = Inspector(open_bundle("simulated"))
    engine = spoilt._cascade.networks.gate.engine
    engine.run = lambda batch: np.full((len(batch), 1), np.nan, np.float32)  # type: ignore[method-assign]
    with pytest.raises(
        EngineError, match=r"array cannot be inspected: .*no finite numbers"
    ) as told:
        spoilt.inspect(GREY)
    assert "size" not in str(told.value) and "picture" not in told.value.hint


@pytest.mark.parametrize(
    ("options", "arguments"),
    [
        ((), {}),
        (("--mm-per-px", "0.25"), {"mm_per_px": 0.25}),
        (("--convert-colour",), {"convert_colour": True}),
    ],
)
def test_a_file_gives_what_the_command_says_of_it(
    options: tuple[str, ...], arguments: dict[str, Any], inspector: Inspector, tmp_path: Path
) -> None:
    pixels = defective()
    if "convert_colour" in arguments:
        pixels = np.dstack([pixels // 2, pixels, pixels])
    picture = write(tmp_path / "strip.png", pixels)
    inspection = inspector.inspect(picture, **arguments)
    assert len(inspection.defects) == 3
    assert without_times(inspection.as_json()) == of_command(picture, *options)


def test_outlines_are_drawn_and_add_up(inspector: Inspector) -> None:
    inspection = inspector.inspect(defective())
    assert inspection.level is Level.FULL and inspection.defective
    for defect in inspection.defects:
        assert defect.mask is not None
        mask = millsight.mask_from_coco(defect.mask)
        assert mask.shape == (256, 1600) and mask.sum() == defect.area_px
        x, y, width, height = defect.box
        assert mask[y : y + height, x : x + width].sum() == defect.area_px
    picture = millsight.draw(defective(), inspection, inspector.bundle.classes)
    assert picture.shape[1:] == (1600, 3)
    assert (picture[:256] != defective()[..., np.newaxis]).any()


@pytest.mark.parametrize(
    "same",
    [
        defective(),
        np.asfortranarray(defective()),
        np.dstack([defective()] * 3),
        np.repeat(defective(), 2, axis=0)[::2],
    ],
    ids=["grey", "another memory order", "three equal channels", "a view"],
)
def test_an_array_gives_what_its_file_gives(
    same: np.ndarray[Any, Any], inspector: Inspector, tmp_path: Path
) -> None:
    of_file = inspector.inspect(str(write(tmp_path / "strip.png", defective())))
    before = same.copy()
    of_array = inspector.inspect(same)
    assert of_array.source == "array"
    assert of_array.defects == of_file.defects
    assert of_array.defect_score == of_file.defect_score
    assert np.array_equal(same, before)


@pytest.mark.parametrize(
    ("picture", "says"),
    [
        (GREY.astype(np.float32), "float32"),
        (GREY.astype(np.uint16), "uint16"),
        (GREY[..., np.newaxis], r"\(256, 1600, 1\)"),
        (np.dstack([GREY] * 4), r"\(256, 1600, 4\)"),
        (GREY.ravel(), r"\(409600,\)"),
        (GREY[:0], "no pixel"),
        (np.dstack([GREY, GREY, GREY + 90]), "real colour"),
        (GREY[:31, :33], "33×31.*200–8192"),
        (GREY.tolist(), "NumPy array or the path"),
        (None, "NoneType"),
        (b"strip.png", "bytes"),
    ],
)
def test_other_arrays_are_refused(picture: Any, says: str, inspector: Inspector) -> None:
    with pytest.raises(ImageError, match=says):
        inspector.inspect(picture)


def _phone_photo(path: Path) -> None:
    write(path.with_suffix(".png"), np.random.default_rng(0).integers(0, 255, (900, 1200, 3)))
    path.with_suffix(".png").rename(path)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (_phone_photo, "real colour.*convert_colour=True"),
        (lambda p: write(p, GREY[:31, :33]), "33×31; the bundle takes 200–8192 × 128–8192"),
        (lambda p: write(p, GREY.astype(np.uint16) * 100), "16 bits a pixel. Save it with 8 bits"),
        (lambda p: p.write_bytes(cv2.imencode(".png", GREY)[1].tobytes()[:80]), "cut off"),
        (lambda p: p.write_text("no picture"), "not an image"),
        (lambda p: p.touch(), "is empty"),
        (lambda p: p.mkdir(), "is a folder.*glob"),
    ],
)
def test_a_file_that_cannot_be_inspected_is_an_error(
    make: Any, says: str, inspector: Inspector, tmp_path: Path
) -> None:
    path = tmp_path / "photo.png"
    make(path)
    with pytest.raises(ImageError, match=says) as refused:
        inspector.inspect(path)
    assert "photo.png" in refused.value.what


@pytest.mark.parametrize("path", ["nowhere.png", "no\0where.png", "x" * 5000, "http://x/y.png"])
def test_a_missing_file_is_named(path: str, inspector: Inspector) -> None:
    with pytest.raises(MissingPathError):
        inspector.inspect(path)


@pytest.mark.parametrize("scale", [0, -1, float("nan"), float("inf")])
def test_a_scale_without_sense_is_refused(scale: float, inspector: Inspector) -> None:
    with pytest.raises(ConfigError, match="mm_per_px"):
        inspector.inspect(GREY, mm_per_px=scale)


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ({"engine": "abacus"}, EngineError, "abacus.*litert"),
        ({"precision": "int9"}, BundleError, "no int9"),
        ({"threads": 0}, ConfigError, "from 1 to 64"),
        ({"threads": 65}, ConfigError, "from 1 to 64"),
        ({"threads": 1.5}, ConfigError, "from 1 to 64"),
    ],
)
def test_what_no_device_can_run_is_refused(
    arguments: dict[str, Any], error: type[MillsightError], says: str
) -> None:
    with pytest.raises(error, match=says):
        Inspector(open_bundle("simulated"), **arguments)


def test_the_engine_precision_and_threads_are_as_asked(inspector: Inspector) -> None:
    other = Inspector(inspector.bundle, engine="litert", precision="float32", threads=1)
    assert other.engine == "litert"
    mine, its = other.inspect(defective()), inspector.inspect(defective())
    assert mine.defect_score != its.defect_score
    assert mine.defect_score == pytest.approx(its.defect_score, abs=0.05)


def test_a_bundle_that_nobody_admitted_is_not_run(inspector: Inspector) -> None:
    assert inspector.bundle.path is not None
    with pytest.raises(UntrustedError, match="open_bundle"):
        Inspector(load_bundle(inspector.bundle.path))
    with pytest.raises(TypeError, match="open_bundle"):
        Inspector("simulated")  # type: ignore[arg-type]


def test_a_device_that_scores_otherwise_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge.install.verify.scores_differ", lambda *_: 0.2)
    with pytest.raises(BundleError, match="golden scores disagree"):
        Inspector(open_bundle("simulated"))


def test_threads_may_share_one(inspector: Inspector) -> None:
    expected = [inspector.inspect(picture).as_json() for picture in (defective(), GREY)]
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(inspector.inspect, [defective(), GREY] * 8))
    for result, wanted in zip(results, expected * 8, strict=True):
        assert without_times(result.as_json()) == without_times(wanted)


def test_it_says_what_it_is_and_is_not_pickled(inspector: Inspector) -> None:
    assert repr(inspector) == "<Inspector of simulated (shipped) in litert>"
    with pytest.raises(TypeError):
        pickle.dumps(inspector)
