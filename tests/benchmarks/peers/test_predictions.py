from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner

from benchmarks.peers.judge import main
from benchmarks.peers.predictions import read_predictions
from edge.core.errors import DataError, MissingPathError
from edge.core.rle import mask_to_coco
from tests.train.data.build import annotation, box, coco, image, sample

CLASSES = ("pit", "dent")


def written(folder, *found, name="a.png", classes=CLASSES):
    path = folder / "found.json"
    frames = [{"name": name, "found": list(found)}]
    path.write_text(json.dumps({"classes": classes, "frames": frames}))
    return path


def instance(**more):
    return {"class": 1, "score": 0.5, "box": [4.0, 2.0, 10.0, 8.0]} | more


@pytest.fixture
def one():
    made = sample(box(0, 4, 2, 6, 6), size=(64, 48))
    return [made]


def read(path, samples):
    return read_predictions(path, samples, CLASSES)[0]


def test_instances_come_best_first_with_boxes_and_masks(tmp_path, one):
    mask = np.zeros((48, 64), bool)
    mask[3:7, 5:9] = True
    path = written(
        tmp_path,
        instance(score=0.2),
        instance(score=0.9, mask=mask_to_coco(mask)),
        name=one[0].name,
    )
    best, other = read(path, one)
    assert (best.score, best.piece, best.area_px) == (0.9, (5, 3, 4, 4), 16)
    assert best.mask.all()
    assert (other.class_index, other.box, other.mask) == (1, (4.0, 2.0, 10.0, 8.0), None)
    assert other.piece == (4, 2, 6, 6)


def test_boxes_are_cut_at_the_border_and_what_is_outside_is_left_out(tmp_path, one):
    empty = mask_to_coco(np.zeros((48, 64), bool))
    path = written(
        tmp_path,
        instance(box=[-5, -5, 70, 20]),
        instance(box=[70, 0, 80, 10]),
        instance(mask=empty),
        name=one[0].name,
    )
    (found,) = read(path, one)
    assert found.box == (0.0, 0.0, 64.0, 20.0)


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (instance(**{"class": 2}), "class 2"),
        (instance(score=1.5), "score 1.5"),
        (instance(box=[0, 0, float("nan"), 4]), "nan"),
        (instance(box=[0, 0, 4]), "unpack"),
        ({"class": 0}, "score"),
        (instance(mask=mask_to_coco(np.ones((4, 4), bool))), "4×4"),
        (instance(mask={"size": [48, 64], "counts": "ÿ"}), "character"),
    ],
)
def test_what_is_no_instance_is_named(tmp_path, one, bad, words):
    path = written(tmp_path, bad, name=one[0].name)
    with pytest.raises(DataError, match=words):
        read(path, one)


def test_a_file_of_other_images_or_classes_is_refused(tmp_path, one):
    with pytest.raises(DataError, match="1 images"):
        read(written(tmp_path, name="other.png"), one)
    with pytest.raises(DataError, match="classes dent, pit"):
        read(written(tmp_path, name=one[0].name, classes=CLASSES[::-1]), one)
    (tmp_path / "found.json").write_text("[]")
    with pytest.raises(DataError, match="no predictions"):
        read(tmp_path / "found.json", one)
    with pytest.raises(MissingPathError):
        read(tmp_path / "nowhere.json", one)


def test_the_judge_gives_the_figures_of_instances(tmp_path):
    root = coco(tmp_path / "set", {"val": ([image(0)], [annotation(1, 0)])})
    hit = instance(**{"class": 0}, box=[10, 8, 30, 24])
    path = written(tmp_path, hit, name="0.png")
    arguments = [str(path), "--data", str(root), "--split", "val", "--rules-from", str(path)]
    done = CliRunner().invoke(main, [*arguments, "--no-intervals"])
    assert done.exit_code == 0, done.output
    figures = json.loads(done.output)
    assert figures["box_ap50"] == pytest.approx(1.0)
    assert figures["mask_ap50"] is None
    assert figures["detections"]["iou50"]["recall"] == 1.0
