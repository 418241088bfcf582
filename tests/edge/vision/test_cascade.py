"""What the cascade says, what it asks of each stage, and what it admits to giving up."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from edge.bundle.manifest import FrameSizes
from edge.core.inspection import (
    Cause,
    Level,
    uninspected,
)
from tests.edge.fakes import BlobInstances, cascade, frame, strip


def test_a_clean_frame_is_full_and_the_classifier_is_not_asked():
    judge = cascade()
    seen = judge.inspect(frame(strip()))
    assert (seen.level, seen.defective, seen.defects) == (Level.FULL, False, ())
    assert seen.defect_score < 0.01
    assert judge.networks.classifier.engine.seen == 0
    assert "classifier" not in seen.stages_ms


def test_only_suspicious_regions_are_classified():
    judge = cascade()
    seen = judge.inspect(frame(strip((25, 5, 220), (45, 15, 140))))
    assert judge.networks.gate.engine.seen == 6
    assert judge.networks.classifier.engine.seen == 2
    assert len(seen.suspicious) == 2
    assert [(d.class_name, d.box) for d in seen.defects] == [("spot", (20, 0, 20, 10))]
    assert seen.defective


def test_regions_of_one_class_that_touch_are_one_defect():
    seen = cascade().inspect(frame(strip((5, 5, 220), (25, 5, 230), (25, 15, 220), (55, 15, 255))))
    found = {(d.class_name, d.box, d.area_px) for d in seen.defects}
    assert found == {("spot", (0, 0, 40, 20), 600), ("streak", (40, 10, 20, 10), 200)}


def test_a_classifier_with_maps_says_where_in_the_region():
    pixels = strip((25, 5, 220), (32, 5, 220))
    coarse, fine = (cascade(maps=maps).inspect(frame(pixels)) for maps in (False, True))
    assert (coarse.defects[0].box, coarse.defects[0].class_maps) == ((20, 0, 20, 10), ())
    defect = fine.defects[0]
    x, y, width, height = defect.box
    assert 22 <= x <= 25 and 33 <= x + width <= 36
    assert 2 <= y <= 5 and 6 <= y + height <= 8
    assert defect.area_px == width * height
    assert fine.suspicious == coarse.suspicious == ((20, 0, 20, 10),)
    assert [class_map.region for class_map in defect.class_maps] == [(20, 0, 20, 10)]
    assert fine.as_json()["defects"][0] == {
        **coarse.as_json()["defects"][0],
        "box": list(defect.box),
        "area_px": defect.area_px,
    }


def test_maps_change_no_score():
    pixels = strip((25, 5, 220), (45, 15, 140), (5, 15, 255))
    without, with_maps = (cascade(maps=maps).inspect(frame(pixels)) for maps in (False, True))
    for what in ("defect_score", "class_scores", "defective", "level", "suspicious"):
        assert getattr(with_maps, what) == getattr(without, what)


def test_regions_that_touch_at_a_corner_alone_are_two_defects():
    seen = cascade().inspect(frame(strip((5, 5, 220), (25, 15, 220))))
    assert len(seen.defects) == 2


def test_a_classifier_given_up_leaves_the_gates_verdict():
    seen = cascade().inspect(frame(strip((5, 5, 220))), permit=lambda stage, regions: False)
    assert (seen.level, seen.defective) == (Level.GATED, True)
    assert [d.class_name for d in seen.defects] == [""]
    assert seen.class_scores == {}


@pytest.mark.parametrize("pixels", [strip((5, 5, 220)), strip((5, 5, 220), (25, 5, 220))])
def test_a_classifier_put_off_says_what_it_would_have_said_at_once(pixels):
    judge = cascade()
    at_once = judge.inspect(frame(pixels))
    gated = judge.inspect(frame(pixels), permit=lambda *_: False)
    judge.networks.gate.scores = None  # they are known
    caught_up = judge.classify(frame(pixels), gated)
    assert gated.level is Level.GATED
    assert {**caught_up.as_json(), "stages_ms": None} == {**at_once.as_json(), "stages_ms": None}
    assert set(caught_up.stages_ms) == set(at_once.stages_ms)
    assert set(gated.stages_ms) == {"preprocess", "gate"}


def test_a_frame_that_is_not_gated_is_inspected_whole():
    judge, seen = cascade(), frame(strip((5, 5, 220)))
    late = uninspected(seen, Cause.LATE)
    assert judge.classify(seen, late).level is Level.FULL


def test_a_clean_frame_owes_nothing_to_a_classifier_that_has_no_time():
    seen = cascade().inspect(frame(strip()), permit=lambda stage, regions: False)
    assert seen.level is Level.FULL


def test_without_a_classifier_the_gate_alone_is_full():
    seen = cascade(classify=False).inspect(frame(strip((5, 5, 220))))
    assert (seen.level, seen.defective) == (Level.FULL, True)


@pytest.mark.parametrize("size", [(5, 60), (20, 10), (30, 60)])
def test_a_frame_of_the_wrong_size_is_uninspected_with_its_cause(size):
    judge = cascade()
    judge._sizes = FrameSizes(
        min_width=60,
        max_width=60,
        min_height=20,
        max_height=20,
        multiple_width=1,
        multiple_height=1,
    )
    seen = judge.inspect(frame(strip(height=size[0], width=size[1])))
    assert (seen.level, seen.cause) == (Level.UNINSPECTED, Cause.WRONG_SIZE)
    assert seen.defect_score is None
    assert f"{size[1]}×{size[0]}" in seen.detail


def test_judging_hides_no_region_and_agrees_with_inspecting():
    judge = cascade()
    pixels = strip((25, 5, 220), (45, 15, 140))
    judged, seen = judge.networks.judge(pixels), judge.inspect(frame(pixels))
    assert len(judged.gate) == len(judged.classes.none) == len(judged.boxes) == 6
    assert judged.decision.max() == pytest.approx(seen.defect_score)


def test_scores_are_fractions_for_any_pixels():
    random = np.random.default_rng(0)
    for _ in range(20):
        seen = cascade().inspect(frame(random.integers(0, 256, (20, 60), np.uint8)))
        assert 0 <= seen.defect_score <= 1
        assert all(0 <= s <= 1 for s in seen.class_scores.values())


def test_the_verdict_does_not_wait_for_outlines():
    judge = cascade(instances=BlobInstances())
    pixels = strip((25, 5, 220), (26, 5, 220), (45, 15, 140))
    seen = judge.inspect(frame(pixels))
    assert (seen.level, seen.defective) == (Level.CLASSIFIED, True)
    assert judge.instances.asked == [] and seen.level is Level.CLASSIFIED
    whole = judge.outline(frame(pixels), seen)
    assert (whole.level, whole.defective) == (Level.FULL, True)
    assert judge.instances.asked == [seen.suspicious] and whole.level is Level.FULL
    (defect,) = whole.defects
    assert (defect.class_name, defect.box, defect.area_px) == ("spot", (25, 5, 2, 1), 2)
    assert defect.mask is not None and defect.length_mm == 1.0
    assert list(whole.stages_ms) == ["preprocess", "gate", "classifier", "instances"]
    for what in ("defect_score", "class_scores", "suspicious", "position_mm"):
        assert getattr(whole, what) == getattr(seen, what)


@pytest.mark.parametrize(
    ("pixels", "permit", "level"),
    [
        (strip(), None, Level.FULL),
        (strip((45, 15, 140)), None, Level.FULL),
        (strip((25, 5, 220)), lambda *_: False, Level.GATED),
        (strip(height=5), None, Level.UNINSPECTED),
    ],
    ids=["clean", "suspicious only", "no classifier", "too small"],
)
def test_only_a_defective_frame_that_was_classified_is_outlined(pixels, permit, level):
    judge = cascade(instances=BlobInstances())
    seen = judge.inspect(frame(pixels), permit=permit)
    assert seen.level is level
    assert judge.outline(frame(pixels), seen) is seen
    assert judge.instances.asked == []


def test_a_bundle_that_outlines_nothing_is_full_without():
    judge = cascade()
    seen = judge.inspect(frame(strip((25, 5, 220))))
    assert seen.level is Level.FULL and judge.outline(frame(strip()), seen) is seen


def test_without_a_classifier_an_instance_names_the_defect():
    judge = cascade(classify=False, instances=BlobInstances())
    pixels = strip((25, 5, 220))
    seen = judge.outline(frame(pixels), judge.inspect(frame(pixels)))
    assert [d.class_name for d in seen.defects] == ["spot"]


def test_a_class_without_any_instance_keeps_its_region():
    judge = cascade(instances=BlobInstances(blind=("streak",)))
    pixels = strip((5, 5, 220), (55, 15, 255))
    seen = judge.outline(frame(pixels), judge.inspect(frame(pixels)))
    found = [(d.class_name, d.box, d.length_mm) for d in seen.defects]
    assert found == [("spot", (5, 5, 1, 1), 0.5), ("streak", (40, 10, 20, 10), None)]


def test_every_network_is_warm_before_the_first_frame():
    judge = cascade(instances=BlobInstances())
    judge.warm_up()
    assert judge.instances.box_head.runs == 1


INSPECT = """
import sys, time
from edge.bundle.load import find_bundle, load_bundle
from edge.install.golden_pixels import golden_pixels
from edge.vision.cascade import Cascade
from edge.core.frame import Frame

bundle = load_bundle(find_bundle("simulated"))
judge = Cascade.from_bundle(bundle)
judge.warm_up()
pixels = [golden_pixels(bundle, golden.file) for golden in bundle.manifest.golden]
loaded = set(sys.modules)
levels = []
for number, each in enumerate(pixels):
    frame = Frame(each, number, time.monotonic(), "golden")
    seen = judge.inspect(frame)
    levels.append(seen.level.value)
    judge.outline(frame, seen)
print("classified" in levels, sorted(set(sys.modules) - loaded))
"""


def test_the_first_verdicts_and_outlines_wait_for_no_import():
    # numpy.median once loaded numpy.ma with the first defect of a run, for 150 ms.
    command = [sys.executable, "-c", INSPECT]
    ran = subprocess.run(command, check=False, capture_output=True, text=True)
    assert ran.stdout == "True []\n", ran.stderr


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("litert", "litert", "litert"), "litert"),
        (("litert", "litert", "onnx"), "litert+onnx"),
        (("onnx", "litert", "onnx"), "onnx+litert"),
    ],
)
def test_the_engines_that_its_networks_run_in_are_named_once_each(names, expected):
    judge = cascade(instances=BlobInstances())
    networks = (
        judge.networks.gate.engine,
        judge.networks.classifier.engine,
        judge.instances.box_head,
    )
    for engine, name in zip(networks, names, strict=True):
        engine.name = name
    assert judge.engine_name == expected


def test_a_gate_alone_is_named_too():
    assert cascade(classify=False).engine_name == "brightness"
