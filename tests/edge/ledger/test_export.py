"""What other programs read."""

from __future__ import annotations

import csv
import io
import json
import sys

import cv2
import numpy as np
import pytest

from edge.core.errors import MissingExtraError
from edge.core.rle import mask_from_coco
from edge.ledger.coco import coco
from edge.ledger.export import write_csv, write_jsonl, write_parquet
from edge.ledger.query import LedgerReader
from edge.ledger.sink import Ledger
from edge.ledger.tables import TABLES, Filter
from edge.sinks.pictures import Pictures
from tests.edge.ledger.samples import FACTS, coil_defect, defective, frame, mask, write_sample


@pytest.fixture
def reader(tmp_path):
    path = tmp_path / "ledger.sqlite"
    write_sample(path)
    with LedgerReader(path) as opened:
        yield opened


@pytest.mark.parametrize("table", TABLES)
def test_csv_and_json_lines_have_every_row_and_column(reader, table):
    rows, columns = list(reader.rows(table)), reader.columns(table)
    lines, sheet = io.BytesIO(), io.BytesIO()
    assert write_jsonl(rows, lines) == write_csv(rows, columns, sheet) == len(rows)
    assert [json.loads(line) for line in lines.getvalue().splitlines()] == rows
    read = list(csv.DictReader(io.StringIO(sheet.getvalue().decode())))
    assert len(read) == len(rows)
    for ours, theirs in zip(rows, read, strict=True):
        assert list(theirs) == columns
        for name, value in ours.items():
            expected = "" if value is None else str(int(value) if value in (True, False) else value)
            assert theirs[name] == expected or float(theirs[name]) == value


def test_no_cell_is_a_formula_to_a_spreadsheet():
    sheet = io.BytesIO()
    write_csv([{"coil": "=1+1", "number": -1}], ["coil", "number"], sheet)
    assert sheet.getvalue() == b"coil,number\r\n'=1+1,-1\r\n"


@pytest.mark.parametrize("table", TABLES)
def test_parquet_has_types_and_every_row_also_where_there_is_none(reader, table, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    for name, wanted in (("all", Filter()), ("none", Filter(until=0.0))):
        path = tmp_path / f"{name}.parquet"
        rows = list(reader.rows(table, wanted))
        with path.open("wb") as file:
            assert write_parquet(reader.rows(table, wanted), reader.columns(table), file) == len(
                rows
            )
        read = parquet.read_table(path)
        assert read.num_rows == len(rows)
        assert read.column_names == reader.columns(table)
    kinds = {field.name: str(field.type) for field in read.schema}
    for name, kind in {
        "run": "int64",
        "length_mm": "double",
        "coil": "string",
        "time": "timestamp[ms, tz=UTC]",
        "gap": "bool",
        "unstored_rows": "int64",
    }.items():
        assert kinds.get(name, kind) == kind


def test_parquet_says_which_extra_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'millsight\[parquet\]'"):
        write_parquet([], [], io.BytesIO())


@pytest.mark.parametrize("frames", [True, False])
def test_coco_names_the_pictures_and_draws_the_defects_where_they_are(tmp_path, frames):
    pictures = Pictures(tmp_path / "pictures", ("scratch",), frames=frames)
    ledger = Ledger(tmp_path / "ledger.sqlite", FACTS, picture_of=pictures.path_of)
    for number in (3, 4):
        pictures.write(defective(number), frame(number))
        ledger.write(defective(number), frame(number))
    ledger.write(defective(5), frame(5))
    ledger.defect(coil_defect(1, 3, 4))
    ledger.defect(coil_defect(2, 4, class_name=""))
    ledger.defect(coil_defect(3, 5))
    ledger.close()
    with LedgerReader(tmp_path / "ledger.sqlite") as reader:
        made = coco(reader.pieces())
    images, annotations = made.document["images"], made.document["annotations"]
    assert (made.drawn, made.without) == (0 if frames else 2, 1)
    assert [(i["frame"], i["width"], i["height"]) for i in images] == [
        (3, 1600, 256),
        (4, 1600, 256),
    ]
    assert {image["group"] for image in images} == {"run 1"}
    if frames:
        shown = cv2.imread(images[0]["file_name"], cv2.IMREAD_UNCHANGED)
        assert np.array_equal(shown, frame(3).pixels)
    assert [a["image_id"] for a in annotations] == [1, 2, 2]
    assert annotations[0]["bbox"] == [100, 40, 4, 200]
    assert annotations[0]["area"] == 800
    assert np.array_equal(mask_from_coco(annotations[0]["segmentation"]), mask())
    names = {c["id"]: c["name"] for c in made.document["categories"]}
    assert [names[a["category_id"]] for a in annotations] == ["scratch", "scratch", "unclassified"]


def test_coco_with_its_images_is_a_data_set_that_training_reads(tmp_path):
    from train.data.coco import read_coco

    pictures = Pictures(tmp_path / "pictures", ("scratch",), frames=True)
    ledger = Ledger(tmp_path / "ledger.sqlite", FACTS, picture_of=pictures.path_of)
    for number in (3, 4):
        pictures.write(defective(number), frame(number))
        ledger.write(defective(number, coil="A"), frame(number))
    ledger.defect(coil_defect(1, 3, 4, coil="A"))
    ledger.close()
    root = tmp_path / "set"
    with LedgerReader(tmp_path / "ledger.sqlite") as reader:
        made = coco(reader.pieces(), root / "images")
    (root / "instances_new.json").write_text(json.dumps(made.document))
    read = read_coco(root)
    assert [(s.width, s.height, s.group, len(s.instances)) for s in read.samples] == [
        (1600, 256, "A", 1),
        (1600, 256, "A", 1),
    ]
    assert all(sample.path.parent == root / "images" for sample in read.samples)
