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
from tests.edge.bundle.samples import (
    FILES,
    GOLDEN,
    INSTANCE_FILES,
    bundle_bytes,
    fields,
    file_entries,
    manifest,
    with_instances,
)
from tests.edge.core.image_formats import build

PIXELS = fakes.strip((5, 5, 230))
SIZES = {
    "min_width": 20,
    "max_width": 640,
    "min_height": 20,
    "max_height": 64,
    "multiple_width": 20,
    "multiple_height": 1,
}


def bundle_with(expected: dict[str, dict[str, object]], picture: bytes) -> Bundle:
    """A bundle with a gate in the forms that its one golden frame speaks of."""
    stages = fields()["stages"]
    stages["gate"]["models"] = [
        model
        for model in stages["gate"]["models"]
        if not expected or model["precision"] in expected
    ]
    named = {model["file"] for model in stages["gate"]["models"]}
    files = {name: FILES[name] for name in named} | {GOLDEN: picture}
    golden = [{"file": GOLDEN, "source": "drawn", "expected": expected}]
    written = manifest(
        golden=golden, files=file_entries(files), stages=stages, frame=SIZES
    ).to_json()
    return read_bundle(write_container(files | {MANIFEST: written}))


def bundle_without_golden() -> bytes:
    files = {name: data for name, data in FILES.items() if name != GOLDEN}
    written = manifest(golden=[], files=file_entries(files)).to_json()
    return write_container(files | {MANIFEST: written})


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


def test_every_region_counts(brightness: Cascade) -> None:
    scores = score_frame(brightness, PIXELS).model_dump()
    *others, last = scores["region_scores"]
    scores["region_scores"] = (*others, last + 0.01)
    (result,) = run_golden_frames(bundle_with({"float32": scores}, png(PIXELS)))
    assert not result.agrees


@pytest.mark.parametrize("change", [lambda s: s[:-1], lambda s: (*s, 0.5), lambda s: ()])
def test_another_number_of_regions_is_named(change, brightness: Cascade) -> None:
    scores = score_frame(brightness, PIXELS).model_dump()
    scores["region_scores"] = change(scores["region_scores"])
    with pytest.raises(BundleError, match="which has 6 regions"):
        list(run_golden_frames(bundle_with({"float32": scores}, png(PIXELS))))


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_scores_that_are_no_finite_numbers_are_refused(number: float, brightness: Cascade) -> None:
    bundle = bundle_with({"float32": score_frame(brightness, PIXELS).model_dump()}, png(PIXELS))
    gate = brightness.networks.gate
    run = gate.engine.run
    gate.engine.run = lambda batch: np.full_like(run(batch), number)
    with pytest.raises(BundleError, match="no finite numbers"):
        list(run_golden_frames(bundle))


def test_a_bundle_without_golden_frames_is_refused(brightness: Cascade) -> None:
    bundle = read_bundle(bundle_without_golden())
    for use in (
        lambda: list(run_golden_frames(bundle)),
        lambda: proven(bundle, brightness, "int8"),
    ):
        with pytest.raises(BundleError, match="no golden frames"):
            use()


def test_a_form_that_no_golden_frame_speaks_of_is_refused(brightness: Cascade) -> None:
    expected = {"int8": score_frame(brightness, PIXELS).model_dump()}
    golden = [{"file": GOLDEN, "source": "drawn", "expected": expected}]
    bundle = Bundle(manifest(golden=golden, frame=SIZES), FILES, "0" * 64)
    with pytest.raises(BundleError, match=r"its gate should give in float32 \(tflite\)"):
        list(run_golden_frames(bundle))


def test_a_network_that_outlines_needs_golden_outlines(brightness: Cascade) -> None:
    scores = score_frame(brightness, PIXELS).model_dump()
    expected = {"int8": scores, "float32": scores}
    golden = [{"file": GOLDEN, "source": "drawn", "expected": expected}]
    changes = with_instances() | {"golden": golden, "frame": SIZES}
    bundle = Bundle(manifest(**changes), FILES | INSTANCE_FILES, "0" * 64)
    with pytest.raises(BundleError, match="its pyramid 64×32 should give"):
        list(run_golden_frames(bundle))


@pytest.mark.parametrize("size", [(61, 20), (60, 65), (660, 20), (10, 20)])
def test_a_golden_frame_that_the_networks_do_not_take_is_named(size: tuple[int, int]) -> None:
    width, height = size
    bundle = bundle_with({}, png(np.zeros((height, width), np.uint8)))
    with pytest.raises(BundleError, match=r"frame-1\.png in the bundle"):
        golden_pixels(bundle, GOLDEN)


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
    with pytest.raises(BundleError, match=r"frame-1\.png in the bundle"):
        golden_pixels(read_bundle(bundle_bytes()), GOLDEN)


def test_a_golden_frame_larger_than_frames_can_be_is_refused_by_its_header() -> None:
    for size in ((32767, 32767), (8193, 8192)):
        huge = bundle_with({}, build.png(size=size))
        with pytest.raises(BundleError, match=f"{size[0]}×{size[1]} pixels by its header"):
            golden_pixels(huge, GOLDEN)


def test_pixels_come_back_as_they_were_stored() -> None:
    bundle = bundle_with({}, png(PIXELS))
    np.testing.assert_array_equal(golden_pixels(bundle, GOLDEN), PIXELS)


def test_the_whole_manifest_is_covered_by_the_sample() -> None:
    # The sample is a bundle from before there were reports.
    assert set(fields()) == set(type(manifest()).model_fields) - {"report"}
    assert verify_module.TOLERANCE["float32"] < verify_module.TOLERANCE["int8"]
