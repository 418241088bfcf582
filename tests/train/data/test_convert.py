from __future__ import annotations

import json
from pathlib import Path

import pytest
from pycocotools.coco import COCO

from edge.core.errors import DataError, UnwritableError
from tests.train.data.build import SQUARE, annotation, coco, image, severstal
from train.data import open_data, read_unsplit
from train.data.convert import write_coco
from train.data.sample import UNLABELLED, DataSet, Sample

NAMES = tuple(f"{i}.jpg" for i in range(6))
ROWS = f"ImageId,ClassId,EncodedPixels\n0.jpg,1,{SQUARE} 5000 7\n0.jpg,4,1 5\n3.jpg,3,300 9\n"


def facts(samples: tuple[Sample, ...]) -> dict[str, tuple[object, ...]]:
    return {
        s.name: (
            s.split,
            s.group,
            sorted(
                (i.class_index, tuple(i.box), None if i.runs is None else i.runs.tolist())
                for i in s.instances
            ),
        )
        for s in samples
        if s.split != UNLABELLED
    }


def test_severstal_as_coco_is_the_same_data(tmp_path: Path) -> None:
    data = open_data(severstal(tmp_path / "severstal", ROWS, NAMES, tests=1), create=True)
    write_coco(data, tmp_path / "coco")
    again = open_data(tmp_path / "coco")
    assert facts(again.samples) == facts(data.samples)
    assert (again.classes, again.source, again.terms) == (data.classes, data.source, data.terms)
    assert again.nuisances == data.nuisances == ("oil", "water")
    assert again.samples[0].read().shape == (256, 1600)


def test_other_tools_read_it(tmp_path: Path) -> None:
    data = open_data(severstal(tmp_path / "severstal", ROWS, NAMES), create=True)
    write_coco(data, tmp_path / "coco")
    areas = []
    for path in (tmp_path / "coco").glob("instances_*.json"):
        reader = COCO(str(path))
        for mark in reader.loadAnns(reader.getAnnIds()):
            assert reader.annToMask(mark).sum() == mark["area"]
            areas.append(mark["area"])
    assert sorted(areas) == [5, 7, 9, 20]


def test_boxes_alone_stay_boxes(tmp_path: Path) -> None:
    images = [image(1, "g")]
    root = coco(tmp_path / "in", {"val": (images, [annotation(1, 1, 4)])})
    write_coco(read_unsplit(root), tmp_path / "out")
    (mark,) = json.loads((tmp_path / "out" / "instances_val.json").read_text())["annotations"]
    assert "segmentation" not in mark
    assert facts(read_unsplit(tmp_path / "out").samples) == facts(read_unsplit(root).samples)


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no labelled images"):
        write_coco(DataSet("x", tmp_path, ("a",), ()), tmp_path / "out")
    (tmp_path / "file").touch()
    data = read_unsplit(coco(tmp_path / "in", {"val": ([image(1)], [])}))
    with pytest.raises(UnwritableError):
        write_coco(data, tmp_path / "file" / "out")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "in"]
