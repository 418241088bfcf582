"""Golden frames: a device that scores otherwise is found out."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from edge.bundle import Bundle, read_bundle
from edge.bundle.container import MANIFEST, write_container
from edge.core.errors import BundleError
from edge.install import verify as verify_module
from edge.install.golden_pixels import golden_pixels
from edge.install.verify import (
    TOLERANCE,
    proven,
    run_golden_frames,
    score_frame,
    score_golden_frames,
)
from edge.vision.cascade import Cascade
from tests.edge import fakes
from tests.edge.bundle.samples import FILES, GOLDEN, bundle_bytes, fields, file_entries, manifest

PIXELS = fakes.strip((5, 5, 230))


def bundle_with(expected: dict[str, dict[str, object]], picture: bytes) -> Bundle:
    files = FILES | {GOLDEN: picture}
    golden = [{"file": GOLDEN, "source": "drawn", "expected": expected}]
    written = manifest(golden=golden, files=file_entries(files)).to_json()
    return read_bundle(write_container(files | {MANIFEST: written}))


def png(pixels: np.ndarray) -> bytes:
    return cv2.imencode(".png", pixels)[1].tobytes()


@pytest.fixture(autouse=True)
def brightness(monkeypatch: pytest.MonkeyPatch) -> Cascade:
    """The sample's networks are not networks; brightness engines stand in."""
    cascade = fakes.cascade()
    monkeypatch.setattr(Cascade, "from_bundle", lambda *args, **more: cascade)
    return cascade


@pytest.mark.parametrize(("off", "agrees"), [(0.0, True), (0.0009, True), (0.0011, False)])
@pytest.mark.parametrize("which", ["defect_score", "spot"])
def test_scores_are_held_against_the_manifest(
    off: float, agrees: bool, which: str, brightness: Cascade
) -> None:
    scores = score_frame(brightness, PIXELS).model_dump()
    holder = scores if which == "defect_score" else scores["class_scores"]
    holder[which] -= off
    (result,) = run_golden_frames(bundle_with({"float32": scores}, png(PIXELS)))
    assert result.agrees is agrees
    assert result.difference == pytest.approx(off, abs=1e-6)
    assert (result.file, result.precision) == (GOLDEN, "float32")


def test_int8_may_differ_by_a_step(brightness: Cascade) -> None:
    scores = score_frame(brightness, PIXELS).model_dump()
    scores["defect_score"] -= 0.8 * TOLERANCE["int8"]
    results = list(run_golden_frames(bundle_with({"int8": scores}, png(PIXELS))))
    assert [result.agrees for result in results] == [True]


def test_other_classes_do_not_agree(brightness: Cascade) -> None:
    scores = score_frame(brightness, PIXELS).model_dump() | {"class_scores": {"dent": 0.5}}
    (result,) = run_golden_frames(bundle_with({"float32": scores}, png(PIXELS)))
    assert not result.agrees


@pytest.mark.parametrize("change", [lambda s: s[:-1], lambda s: (*s[:-1], s[-1] + 0.01)])
def test_every_region_counts(change, brightness: Cascade) -> None:
    scores = score_frame(brightness, PIXELS).model_dump()
    scores["region_scores"] = change(scores["region_scores"])
    (result,) = run_golden_frames(bundle_with({"float32": scores}, png(PIXELS)))
    assert not result.agrees


@pytest.mark.parametrize(("blind", "agrees"), [((), True), (("spot",), False)])
def test_a_device_that_outlines_otherwise_is_found_out(
    blind: tuple[str, ...], agrees: bool, brightness: Cascade
) -> None:
    brightness.instances = fakes.BlobInstances()
    scores = score_frame(brightness, PIXELS).model_dump()
    assert [golden["class_name"] for golden in scores["instances"]] == ["spot"]
    bundle = bundle_with({"float32": scores}, png(PIXELS))
    brightness.instances = fakes.BlobInstances(blind=blind)
    (result,) = run_golden_frames(bundle)
    assert result.agrees is agrees


@pytest.mark.parametrize(("blind", "agree"), [((), [True, True]), (("spot",), [True, False])])
def test_outlines_in_another_precision_have_a_result_of_their_own(
    blind: tuple[str, ...], agree: list[bool], brightness: Cascade
) -> None:
    brightness.instances = fakes.BlobInstances()
    scores = score_frame(brightness, PIXELS).model_dump()
    expected = {"int8": scores | {"instances": []}, "float32": scores | {"region_scores": [0.5]}}
    brightness.instances = fakes.BlobInstances(blind=blind)
    results = list(
        score_golden_frames(bundle_with(expected, png(PIXELS)), brightness, "int8", "float32")
    )
    assert [result.precision for result in results] == ["int8", "float32"]
    assert [result.agrees for result in results] == agree


def test_who_wants_a_proof_no_longer_ends_it_before_the_next_frame(brightness: Cascade) -> None:
    bundle = bundle_with({"int8": score_frame(brightness, PIXELS).model_dump()}, png(PIXELS))
    assert proven(bundle, brightness, "int8") is brightness
    scored = brightness.networks.gate.engine.seen

    def heed() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        proven(bundle, brightness, "int8", heed=heed)
    warmed_up = 1
    assert brightness.networks.gate.engine.seen == scored + warmed_up


def test_models_of_which_no_golden_frame_speaks_are_not_proven(brightness: Cascade) -> None:
    bundle = bundle_with({"int8": score_frame(brightness, PIXELS).model_dump()}, png(PIXELS))
    with pytest.raises(BundleError, match="do not say what the models"):
        proven(bundle, brightness, "float32")


def test_a_golden_frame_that_is_no_picture_is_named() -> None:
    with pytest.raises(BundleError, match=r"frame-1\.png in the bundle is no picture"):
        golden_pixels(read_bundle(bundle_bytes()), GOLDEN)


def test_pixels_come_back_as_they_were_stored() -> None:
    bundle = bundle_with({}, png(PIXELS))
    np.testing.assert_array_equal(golden_pixels(bundle, GOLDEN), PIXELS)


def test_the_whole_manifest_is_covered_by_the_sample() -> None:
    # The sample is a bundle from before there were reports.
    assert set(fields()) == set(type(manifest()).model_fields) - {"report"}
    assert verify_module.TOLERANCE["float32"] < verify_module.TOLERANCE["int8"]
