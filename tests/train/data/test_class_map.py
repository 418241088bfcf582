from __future__ import annotations

from pathlib import Path

import pytest

from edge.core.errors import ConfigError
from tests.train.data.build import box, sample
from train.data.class_map import map_classes, parse_map
from train.data.sample import DataSet

CLASSES = ("break", "fray", "pit")


def data() -> DataSet:
    marks = [box(index, 10 * index, 5, 8, 8) for index in range(3)]
    return DataSet("x", Path("x"), CLASSES, (sample(*marks), sample(name="y.png")))


def test_classes_are_renamed_and_merged() -> None:
    mapped = map_classes(data(), parse_map(["fray=break", "pit=hole"]))
    assert mapped.classes == ("break", "hole")
    assert [i.class_index for i in mapped.samples[0].instances] == [0, 0, 1]


def test_what_is_left_out_is_no_clean_strip() -> None:
    mapped = map_classes(data(), parse_map(["fray="]))
    assert mapped.classes == ("break", "pit")
    assert [i.class_index for i in mapped.samples[0].instances] == [0, 1]
    assert mapped.samples[0].ignored == ((10, 5, 8, 8),)
    assert mapped.samples[1].ignored == ()


def test_no_map_changes_nothing() -> None:
    one = data()
    assert map_classes(one, {}) is one


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["fray"], "is not OLD=NEW"),
        (["=break"], "is not OLD=NEW"),
        (["fray=a", "fray=b"], "names the class 'fray' twice"),
        (["dent=pit"], "has no class 'dent'"),
        (["break=", "fray=", "pit="], "leaves no class"),
    ],
)
def test_wrong_maps_are_refused(given: list[str], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        map_classes(data(), parse_map(given))
