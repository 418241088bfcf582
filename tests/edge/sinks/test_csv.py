"""A table that a spreadsheet opens without harm, whatever cut it off."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.core.errors import UnwritableError
from edge.sinks.csv import COLUMNS, CsvFile
from tests.edge.sinks.samples import clean, defect


def rows(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "defects.csv"


def test_each_defect_is_a_row_below_one_header(path):
    for number in (1, 2):
        sink = CsvFile(path)
        sink.write(clean(), None)
        sink.defect(defect(number))
        sink.close()
    first, second = rows(path)
    assert tuple(first) == COLUMNS
    assert (first["coil"], first["class"], first["length_mm"]) == ("A17", "scratch", "120.5")
    assert first["time"] == "2023-11-14T22:13:20.000+00:00"
    assert second["number"] == "2"
    assert path.read_text().count("class") == 1


def test_what_is_not_known_is_an_empty_cell(path):
    CsvFile(path).defect(defect(coil="", action="", at=0.0))
    assert [rows(path)[0][name] for name in ("coil", "action", "time")] == ["", "", ""]


@pytest.mark.parametrize(
    "name", ["=1+1", "+1", "-2", "@SUM(A1)", "\t=1", " =1", "\r=cmd|'/c calc'!A0", "\u00a0=1"]
)
def test_no_cell_is_taken_for_a_formula(path, name):
    CsvFile(path).defect(defect(coil=name))
    assert rows(path)[0]["coil"].startswith("'")


def test_numbers_stay_numbers(path):
    CsvFile(path).defect(defect(along_mm=-12.5))
    assert rows(path)[0]["along_mm"] == "-12.5"


@given(st.text(max_size=20))
def test_any_name_stays_in_its_cell_and_its_row(tmp_path_factory, name):
    path = tmp_path_factory.mktemp("csv") / "defects.csv"
    sink = CsvFile(path)
    sink.defect(defect(1, coil=name))
    sink.defect(defect(2))
    assert path.read_bytes().count(b"\n") == 3
    assert [row["number"] for row in rows(path)] == ["1", "2"]
    if name.isprintable() and not name.strip().startswith(("=", "+", "-", "@")):
        assert rows(path)[0]["coil"] == name


@given(st.data())
def test_wherever_a_power_failure_cuts_whole_rows_stay_and_go_on(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("csv") / "defects.csv"
    sink = CsvFile(path)
    for number in (1, 2):
        sink.defect(defect(number, coil='a "quoted, name'))
    whole = path.read_bytes()
    cut = data.draw(st.integers(0, len(whole)))
    path.write_bytes(whole[:cut])
    CsvFile(path).defect(defect(3))
    kept = max(0, whole[:cut].count(b"\n") - 1)
    assert [row["number"] for row in rows(path)] == [*["1", "2"][:kept], "3"]


def test_a_file_that_is_moved_away_is_begun_anew(path, tmp_path):
    sink = CsvFile(path)
    sink.defect(defect(1))
    path.rename(tmp_path / "yesterday.csv")
    sink.defect(defect(2))
    assert [row["number"] for row in rows(path)] == ["2"]


def test_a_file_of_something_else_is_left_alone(path):
    path.write_text("a,b\n1,2\n")
    with pytest.raises(UnwritableError, match="has other columns"):
        CsvFile(path)
    assert path.read_text() == "a,b\n1,2\n"


def test_an_unwritable_file_is_named(tmp_path):
    with pytest.raises(UnwritableError, match=r"none/defects.csv cannot be written: No such file"):
        CsvFile(tmp_path / "none" / "defects.csv")


def test_a_full_disk_is_named():
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with pytest.raises(UnwritableError, match="No space left"):
        CsvFile(Path("/dev/full"))


@pytest.mark.parametrize(
    "content",
    [b"a,b,c", b"a,b,c\n1,2,3", b"time,coil,number\n1", b"x" * 9999, b"\n", b"\xff\xfet\0"],
)
def test_a_table_of_somebody_else_keeps_every_byte(tmp_path, content):
    """Also what has no line break at its end, which of our own would be a row that was cut off."""
    path = tmp_path / "d.csv"
    path.write_bytes(content)
    with pytest.raises(UnwritableError, match="other columns"):
        CsvFile(path)
    assert path.read_bytes() == content


def test_a_header_that_was_cut_off_is_written_anew(tmp_path):
    path = tmp_path / "d.csv"
    CsvFile(path)
    header = path.read_bytes()
    path.write_bytes(header[:20])
    CsvFile(path)
    assert path.read_bytes() == header
