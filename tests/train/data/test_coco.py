from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge.core.errors import (
    DataError,
    ImageError,
    LabelError,
    MillsightError,
)
from edge.core.rle import mask_to_coco, mask_to_coco_counts
from tests.train.data.build import annotation, coco, image
from train.data.coco import read_coco
from train.data.sample import Instance

BLOCK = np.zeros((48, 64), np.bool_)
BLOCK[8:24, 10:30] = True


def read_one(root: Path, **fields: Any) -> Instance:
    """The one instance of a folder whose only annotation has ``fields``."""
    entry = {k: v for k, v in annotation(1, 1, **fields).items() if v is not None}
    data = read_coco(coco(root, {"val": ([image(1)], [entry])}))
    (instance,) = data.samples[0].instances
    return instance


def test_splits_groups_and_classes_are_read(tmp_path: Path) -> None:
    splits = {
        "train": ([image(1, "g"), image(2, "g")], [annotation(1, 1, 4), annotation(2, 1, 1)]),
        "holdout": ([image(3, "h")], []),
    }
    data = read_coco(coco(tmp_path, splits))
    assert data.classes == ("pit", "dent")
    assert {(s.name, s.split, s.group, s.class_indices) for s in data.samples} == {
        ("1.png", "train", "g", frozenset({0, 1})),
        ("2.png", "train", "g", frozenset()),
        ("3.png", "holdout", "h", frozenset()),
    }


@pytest.mark.parametrize(
    "segmentation",
    [
        {"size": [48, 64], "counts": mask_to_coco_counts(BLOCK)},
        mask_to_coco(BLOCK),
        [[10, 8, 30, 8, 30, 24, 10, 24]],
        [[10, 8, 20, 8, 20, 24, 10, 24], [20, 8, 30, 8, 30, 24, 20, 24]],
    ],
    ids=["counts", "compressed", "polygon", "two polygons"],
)
@pytest.mark.parametrize("bbox", [[10, 8, 20, 16], None], ids=["box", "no box"])
def test_every_form_of_mask_is_read(tmp_path: Path, segmentation: Any, bbox: Any) -> None:
    instance = read_one(tmp_path, segmentation=segmentation, bbox=bbox)
    mask = instance.mask(48, 64)
    assert mask is not None
    assert (mask == BLOCK).all()
    assert instance.box == (10, 8, 20, 16)


@pytest.mark.parametrize("fields", [{}, {"segmentation": []}, {"area": None}])
def test_a_box_may_stand_alone(tmp_path: Path, fields: dict[str, Any]) -> None:
    assert read_one(tmp_path, **fields) == Instance(0, (10, 8, 20, 16))


def test_a_box_past_the_frame_is_clipped_and_noted(tmp_path: Path) -> None:
    entries = [annotation(1, 1, bbox=[-2, 40, 20, 20])]
    data = read_coco(coco(tmp_path, {"val": ([image(1, "g")], entries)}))
    assert data.samples[0].instances[0].box == (0, 40, 18, 8)
    assert data.notes == ("1 boxes reach past their image, by up to 12 px, and were clipped",)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"category_id": 2}, "unknown category 2"),
        ({"category_id": [1]}, "unknown category"),
        ({"bbox": [70, 8, 20, 16]}, "lies outside its 64×48 image"),
        ({"bbox": [10, 8, 0, 16]}, "is empty"),
        ({"bbox": [10, 8, 20]}, "not \\[x, y, width, height\\]"),
        ({"bbox": [10, 8, float("nan"), 5]}, "not a number"),
        ({"bbox": [10, 8, 10**400, 5]}, "not \\[x, y, width, height\\]"),
        ({"bbox": [10, 8, 1e999, 5]}, "not a number"),
        ({"bbox": None}, "neither bbox nor segmentation"),
        ({"segmentation": {"size": [48, 64], "counts": [48 * 64]}}, "mask is empty"),
        ({"segmentation": {"size": [64, 48], "counts": [48 * 64]}}, "mask is for size"),
        ({"segmentation": {"size": [48, 64], "counts": [5, 5]}}, "add up to 10 pixels"),
        ({"segmentation": {"size": [48, 64], "counts": "é"}}, "hold the character"),
        ({"segmentation": {"size": [48, 64]}}, "no counts"),
        ({"segmentation": [[1, 2, 3, 4]]}, "at least three"),
        ({"segmentation": [[1, 2, 3, 4, 5, None]]}, "not a number"),
        ({"segmentation": [[1e9, 2, 3, 4, 5, 6]]}, "far outside"),
        ({"segmentation": [[-9, -9, -5, -9, -5, -5]]}, "mask is empty"),
        ({"segmentation": "x"}, "neither run lengths nor polygons"),
    ],
)
def test_wrong_annotations_are_named(tmp_path: Path, fields: dict[str, Any], words: str) -> None:
    with pytest.raises(LabelError, match=words) as caught:
        read_one(tmp_path, **fields)
    assert "annotation 1 of 1.png" in caught.value.what


@pytest.mark.parametrize(
    ("splits", "error", "words"),
    [
        ({"val": ([], [])}, DataError, "names no images"),
        ({"val": ([image(1)], [annotation(1, 7)])}, LabelError, "unknown image id 7"),
        ({"val": ([{"id": 1, "file_name": "1.png"}], [])}, LabelError, "lacks file_name, width"),
        ({"val": ([image(1, width=1e999)], [])}, LabelError, "lacks file_name, width"),
        ({"val": ([image(1), image(1, file_name="2.png")], [])}, LabelError, "2.png has the id 1 "),
        ({"val": ([image(1) | {"id": None}], [annotation(1, 1)])}, LabelError, "1.png has no id"),
        ({"val": ([image(1, width=9)], [])}, ImageError, "Sides from 32 to 8192 px"),
        ({"val": ([image(1, height=9000)], [])}, ImageError, "is 64×9000"),
        ({"val": ([image(1, file_name="../1.png")], [])}, LabelError, "leads out"),
        ({"val": ([image(1)], []), "train": ([image(1)], [])}, DataError, "named twice"),
        ({"a": ([image(1, "g")], []), "b": ([image(2, "g")], [])}, DataError, "both a and b"),
    ],
)
def test_wrong_files_are_refused(
    tmp_path: Path, splits: dict[str, Any], error: type[MillsightError], words: str
) -> None:
    coco(tmp_path, splits, draw=False)
    for name in ("1.png", "2.png"):
        (tmp_path / "images" / name).touch()
    with pytest.raises(error, match=words):
        read_coco(tmp_path)


def test_images_that_share_an_id_are_listed_and_left_out(tmp_path: Path) -> None:
    images = [image(1), image(1, file_name="2.png"), image(3)]
    root = coco(tmp_path, {"val": (images, [annotation(1, 1)])})
    said: list[MillsightError] = []
    data = read_coco(root, lambda path, error: said.append(error))
    assert [s.name for s in data.samples] == ["1.png", "3.png"]
    assert [type(error) for error in said] == [LabelError]


def test_missing_images_are_counted(tmp_path: Path) -> None:
    images = [image(n) for n in range(1, 6)]
    with pytest.raises(DataError, match=r"names 5 images .* 1\.png, 2\.png, 3\.png and 2 more"):
        read_coco(coco(tmp_path, {"val": (images, [])}, draw=False))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "is not JSON"),
        ("[]", "no list of 'images'"),
        ('{"images": [], "annotations": [3], "categories": []}', "no list of 'annotations'"),
        ('{"images": [], "annotations": [], "categories": [{"id": 1}]}', "category without"),
        (
            '{"images": [], "annotations": [], "categories": [{"id": 1e999, "name": "a"}]}',
            "category without",
        ),
    ],
)
def test_files_that_are_not_coco_are_refused(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "instances_val.json").write_text(text)
    with pytest.raises(LabelError, match=words):
        read_coco(tmp_path)


def test_categories_must_agree_across_files(tmp_path: Path) -> None:
    coco(tmp_path, {"train": ([image(1)], []), "val": ([image(2)], [])})
    document = json.loads((tmp_path / "instances_val.json").read_text())
    document["categories"].pop()
    (tmp_path / "instances_val.json").write_text(json.dumps(document))
    with pytest.raises(LabelError, match="other categories"):
        read_coco(tmp_path)


def test_folders_as_annotation_tools_write_them(tmp_path: Path) -> None:
    coco(tmp_path, {"default": ([image(1)], [annotation(1, 1)])})
    (tmp_path / "annotations").mkdir()
    (tmp_path / "images").rename(tmp_path / "moved")
    (tmp_path / "images").mkdir()
    (tmp_path / "moved").rename(tmp_path / "images" / "default")
    file = "instances_default.json"
    (tmp_path / file).rename(tmp_path / "annotations" / file)
    assert read_coco(tmp_path).of("default")[0].read().shape == (48, 64)


@pytest.mark.parametrize(
    ("name", "images", "instances"),
    [("cr7", 4411, 5345), ("neuseg", 1064, 3075), ("magnetic_tile", 1344, 445)],
)
def test_real_sets_read_whole(real_data: Path, name: str, images: int, instances: int) -> None:
    data = read_coco(real_data / name)
    assert len(data.samples) == images
    assert sum(len(s.instances) for s in data.samples) == instances
    assert data.source != "not stated"


def with_info(root: Path, *infos: Any) -> Path:
    """A folder of one image a split, each file with an ``info`` of its own."""
    names = ("train", "val", "holdout")[: len(infos)]
    coco(root, {name: ([image(i)], []) for i, name in enumerate(names)})
    for name, info in zip(names, infos, strict=True):
        path = root / f"instances_{name}.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"info": info}))
    return root


@pytest.mark.parametrize(
    ("infos", "wanted"),
    [
        (({"description": "line 2"},), ()),
        (({"nuisances": []},), ()),
        (({"nuisances": ["oil"]},), ("oil",)),
        (({"nuisances": ["water", "oil"]}, {"nuisances": ["oil", "water"]}), ("oil", "water")),
        (({"nuisances": ["oil"]}, {}, None), ("oil",)),
    ],
)
def test_nuisances_are_none_unless_stated(tmp_path: Path, infos: Any, wanted: Any) -> None:
    assert read_coco(with_info(tmp_path, *infos)).nuisances == wanted


@pytest.mark.parametrize(
    ("infos", "words"),
    [
        (({"nuisances": ["oil", "rust"]},), "train.json.*unknown nuisance 'rust'.*oil, water"),
        (({"nuisances": [["oil"]]},), "unknown nuisance"),
        (({"nuisances": "oil"},), "no list.*oil, water"),
        (({"nuisances": ["oil"]}, {"nuisances": []}), "other nuisances than"),
    ],
)
def test_nuisances_must_be_known_and_agreed(tmp_path: Path, infos: Any, words: str) -> None:
    with pytest.raises(DataError, match=words):
        read_coco(with_info(tmp_path, *infos))
