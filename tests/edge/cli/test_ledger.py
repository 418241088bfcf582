"""``millsight ledger`` as its user types it."""

from __future__ import annotations

import csv
import io
import json
import sys
from datetime import datetime

import cv2
import pytest
from click.testing import CliRunner

from edge.cli import main
from edge.cli.ledger import ledger
from edge.coil.map import draw_map
from edge.ledger.query import LedgerReader
from edge.ledger.sink import Ledger
from tests.edge.ledger.samples import AT, CLASSES, FACTS, LENGTH_MM, inspection, write_sample


@pytest.fixture(autouse=True)
def path(tmp_path, monkeypatch):
    path = tmp_path / "ledger.sqlite"
    write_sample(path)
    monkeypatch.setenv("MILLSIGHT_LEDGER", str(path))
    return path


def call(*words, code=0):
    result = CliRunner().invoke(ledger, words, env={"COLUMNS": "180"})
    assert result.exit_code == code, result.output
    return result


def say(monkeypatch, capsys, *words):
    """Exit code, stdout and stderr of the whole command."""
    monkeypatch.setattr(sys, "argv", ["millsight", "ledger", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code, *capsys.readouterr()


@pytest.mark.parametrize("word", ["scratch", "unclassified", "divert:rework", "1.300", "228.0"])
def test_a_query_is_a_table_for_people(word):
    assert word in call("query").stdout


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ((), 3),
        (("--coil", "A"), 2),
        (("--class", "unclassified"), 1),
        (("--class", "pit"), 1),
        (("--min-length", "200"), 1),
        (("--action", "divert"), 1),
        (("--since", datetime.fromtimestamp(AT + 0.3).isoformat()), 2),
        (("--until", datetime.fromtimestamp(AT + 0.3).isoformat()), 1),
        (("--since", "8h"), 0),
        (("--limit", "1"), 1),
        (("--rows", "stretches"), 6),
        (("--rows", "coils"), 2),
    ],
)
def test_a_query_gives_json_alone_and_as_much_in_lines_and_csv(words, count):
    answer = call("query", *words, "--format", "json")
    rows = json.loads(answer.stdout)
    assert len(rows) == count
    lines = call("query", *words, "--format", "jsonl").stdout.splitlines()
    assert [json.loads(line) for line in lines] == rows
    table = call("query", *words, "--format", "csv").stdout
    assert len(list(csv.DictReader(io.StringIO(table)))) == count


@pytest.mark.parametrize("when", ["yesterday", "2026-13-01", "8 parsecs", "25:00"])
def test_a_moment_that_is_none_is_refused_with_examples(when):
    assert "write 2026-11-23" in call("query", "--since", when, code=2).stderr


def test_a_query_works_while_a_run_writes(path):
    writing = Ledger(path, FACTS, every_s=0.0)
    for number in range(3):
        writing.write(inspection(number, coil="now"), None)
        rows = json.loads(call("query", "--rows", "stretches", "--format", "json").stdout)
        assert rows[-1]["frames"] == number + 1
    assert "under the camera" in call("coils").stdout
    writing.close()


def test_a_coil_has_its_figures_and_its_map(tmp_path):
    target = tmp_path / "map.png"
    answer = call("coil", "A", "--map", str(target), "--format", "json")
    page = json.loads(answer.stdout)
    assert page["passed_mm"] == 60 * LENGTH_MM
    assert page["coverage"]["uninspected"]["mm"] == 2 * LENGTH_MM
    assert page["classes"]["pit"]["per_100_m"] == pytest.approx(1e5 / (58 * LENGTH_MM), abs=0.01)
    assert (page["action"], page["defects"], len(page["defect_list"])) == ("hold", 2, 2)
    assert cv2.imread(str(target)) is not None
    assert str(target) in answer.stderr
    text = call("coil", "A").stdout
    assert "13.47" in text and "hold" in text


def test_a_coil_s_page_counts_from_where_the_coil_begins():
    assert json.loads(call("coil", "B", "--format", "json").stdout)["begin_mm"] == 60 * LENGTH_MM
    assert "1.300" in call("coil", "B").stdout


def test_the_map_has_the_bundle_s_classes_and_the_strip_s_width(tmp_path, monkeypatch):
    drawn = {}

    def draw(*args, **named):
        drawn.update(named)
        return draw_map(*args, **named)

    monkeypatch.setattr("edge.coil.map.draw_map", draw)
    call("coil", "A", "--map", str(tmp_path / "map.png"))
    assert (drawn["classes"], drawn["width_mm"]) == (CLASSES, 800.0)
    assert drawn["origin"].startswith("2025-10-09")
    assert drawn["origin"].endswith("by bundle cold-strip (shipped), camera camera 1")


def test_coils_are_listed(path):
    assert [c["coil"] for c in json.loads(call("coils", "--format", "json").stdout)] == ["A", "B"]
    assert "96.6 %" in call("coils").stdout


@pytest.mark.parametrize(
    ("words", "title"),
    [
        (("--rows", "runs"), "1 run"),
        (("--rows", "coils"), "2 coils"),
        (("--coil", "B"), "1 defect"),
    ],
)
def test_one_row_is_not_several(words, title):
    assert call("query", *words).stdout.splitlines()[0].strip() == title


def test_a_check_says_what_is_missing_and_fails_on_damage(path, monkeypatch, capsys):
    assert json.loads(call("check", "--format", "json").stdout)["whole"]
    assert "not inspected" in call("check").stdout
    with LedgerReader(path) as reader:
        page = reader.scalar("SELECT rootpage FROM sqlite_master WHERE name = 'defects'")
    data = bytearray(path.read_bytes())
    data[(page - 1) * 4096 : page * 4096] = b"\xff" * 4096
    path.write_bytes(data)
    code, out, err = say(monkeypatch, capsys, "check", "--format", "json")
    assert code == 19 and "Traceback" not in err
    assert "damaged" in err or "cannot be read" in err
    assert not out or not json.loads(out)["whole"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("query", "--ledger", "none.sqlite"), 4, "there is no ledger none.sqlite"),
        (("query", "--rows", "events", "--class", "pit"), 14, "events have no class"),
        (("coil", "C"), 4, "The last were: B, A"),
    ],
)
def test_what_goes_wrong_is_one_line(monkeypatch, capsys, words, code, said):
    ended, out, err = say(monkeypatch, capsys, *words)
    assert (ended, out) == (code, "")
    assert said in err and err.count("\n") == 1
