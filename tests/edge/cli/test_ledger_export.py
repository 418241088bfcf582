"""What is exported for other programs goes to one place, whole or not at all."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from edge.cli.ledger import ledger
from edge.core.errors import ConfigError, UnwritableError
from tests.edge.ledger.samples import write_sample


@pytest.fixture(autouse=True)
def sample(tmp_path, monkeypatch):
    write_sample(tmp_path / "ledger.sqlite")
    monkeypatch.setenv("MILLSIGHT_LEDGER", str(tmp_path / "ledger.sqlite"))


def export(*words):
    return CliRunner().invoke(
        ledger, ("export", *words), catch_exceptions=False, standalone_mode=False
    )


def test_an_export_is_a_file_and_leaves_stdout_alone(tmp_path):
    target = tmp_path / "out.csv"
    answer = export("--format", "csv", "--out", str(target))
    assert answer.stdout == "" and "3 defects" in answer.stderr
    assert target.read_text().count("\n") == 4
    document = json.loads(export("--format", "coco").stdout)
    assert document["images"] == []


def test_an_export_that_cannot_be_written_leaves_nothing(tmp_path):
    (tmp_path / "none").write_text("a file")
    with pytest.raises(UnwritableError):
        export("--format", "csv", "--out", str(tmp_path / "none" / "out.csv"))
    assert (tmp_path / "none").read_text() == "a file"


def test_an_export_makes_the_folders_that_it_goes_into(tmp_path):
    target = tmp_path / "a" / "b" / "out.csv"
    export("--format", "csv", "--out", str(target))
    assert target.read_text().count("\n") == 4


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--format", "coco", "--rows", "runs"), "COCO is of defects"),
        (("--format", "csv", "--images", "a"), "goes with --format coco"),
        (("--format", "csv", "--rows", "events", "--class", "pit"), "events have no class"),
    ],
)
def test_what_does_not_go_together_is_refused(words, said):
    with pytest.raises(ConfigError, match=said):
        export(*words)
