"""The example explains every key and is itself a configuration."""

from __future__ import annotations

import re
import tomllib

import pytest

from edge.config.example import example_of, toml
from edge.config.read import read_as
from tests.edge.config.models import Whole


@pytest.fixture(scope="module")
def text():
    return example_of(Whole)


def test_it_is_right_and_says_the_defaults(text, tmp_path):
    path = tmp_path / "e.toml"
    path.write_text(text)
    assert read_as(Whole, path) == Whole()
    assert tomllib.loads(text)["line"] == {"speed_m_s": 5.0, "order": "newest", "address": ""}


def test_with_every_key_on_it_is_right_too(text, tmp_path):
    path = tmp_path / "e.toml"
    path.write_text(re.sub(r"^#(?! )", "", text, flags=re.MULTILINE))
    whole = read_as(Whole, path)
    assert whole.sink.more == {"a": 1, "b": "x"}
    assert whole.line.faults.drop == 0.0
    assert whole.rule[0].class_name == "*"


def test_each_key_is_explained_above_it(text):
    assert '# Which first. One of "newest", "in-order".\norder = "newest"\n' in text
    assert '# Host. Must be given.\n#host = "broker.example"\n' in text
    assert "# The strip.\n[line]\n" in text
    assert "# What goes wrong.\n#[line.faults]\n# Frames that never come.\n#drop = 0.0\n" in text
    assert "# What to do.\n#[[rule]]\n" in text


@pytest.mark.parametrize("value", ['a"b\\', "Å\n", True, 3, 1e-7, [1, "x"], {"k": [0.5]}])
def test_values_come_back(value):
    assert tomllib.loads(f"x = {toml(value)}")["x"] == value
