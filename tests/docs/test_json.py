"""Keys of data checks and evaluations are documented, and those that are documented are there."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from edge.cli import millsight
from tests.edge.test_json_keys import assert_kept

LAYOUTS = {"severstal", "coco", "error", "warning"}
OF_INSTANCES = {"rule", "score", "min_area_px", "iou"}
"""Keys of a class that the few frames may not show."""


def answer(*words: object) -> object:
    done = CliRunner().invoke(millsight, [str(word) for word in words], catch_exceptions=False)
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def strip(tmp_path_factory):
    """A few simulated frames, all of them holdout."""
    folder = tmp_path_factory.mktemp("data") / "strip"
    simulated = ("data", "simulate", str(folder), "--frames", "16")
    split = ("data", "split", str(folder), "--shares", "holdout=1")
    for words in (simulated, split):
        assert CliRunner().invoke(millsight, words).exit_code == 0
    return folder


def test_a_data_check_s(strip):
    found = answer("data", "check", strip, "--format", "json")
    assert_kept("## data check", found, also=LAYOUTS | {"severity", "path", "words"})


def test_an_evaluation_s(strip):
    words = ("--data", strip, "--split", "holdout", "--baseline", "simulated", "--format", "json")
    judged = answer("evaluate", "simulated", *words)
    assert_kept("## evaluate", judged, also=OF_INSTANCES)
