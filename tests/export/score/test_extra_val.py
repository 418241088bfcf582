"""Val may be with_extra_val by what no network has seen, and by nothing else."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from edge.core.errors import (
    ConfigError,
    DataError,
    MillsightError,
)
from export.choose.on_val import choose
from export.convert.forms import EXACT, REQUIRED
from export.score.extra_val import with_extra_val
from export.settings import ExportSettings, ReleaseLabel
from tests.export.conftest import CLEAN
from tests.export.toy import Silent
from tests.train.tiny import write_strips
from train.data import open_data
from train.data.digest import data_digest
from train.data.sample import DataSet
from train.evaluate.thresholds import gate_threshold
from train.regions.finished import read_run


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> DataSet:
    root = tmp_path_factory.mktemp("more") / "other"
    return open_data(write_strips(root, {"train": 4, "val": 12}, seed=9))


def run_that_learnt_from(*others: DataSet) -> Any:
    digests = [data_digest(other.of("train")) for other in others]
    also = [other.provenance for other in others]
    data = SimpleNamespace(source="a mill", also=also, also_digests=digests)
    return SimpleNamespace(card=SimpleNamespace(data=data))


def test_the_others_val_alone_comes_to_val(strips: Path, other: DataSet) -> None:
    data = open_data(strips)
    wide = with_extra_val(data, [other], [run_that_learnt_from()])
    for split in ("train", "holdout"):
        assert wide.of(split) == data.of(split)
    assert wide.of("val")[: len(data.of("val"))] == data.of("val")
    assert [sample.path for sample in wide.of("val")[len(data.of("val")) :]] == [
        sample.path for sample in other.of("val")
    ]
    groups = {sample.group for sample in data.samples}
    assert not groups & {sample.group for sample in wide.of("val")[len(data.of("val")) :]}


@pytest.mark.parametrize(
    ("wrong", "error", "told"),
    [
        ("classes", ConfigError, "other classes"),
        ("learnt", ConfigError, "was trained on"),
        ("learnt, renamed and dealt to val", ConfigError, "was trained on"),
        ("too many", ConfigError, "too many data sets"),
        ("no val", DataError, "no val images"),
        ("itself", DataError, "the same picture"),
    ],
)
def test_what_may_not_be_chosen_on_is_refused(
    wrong: str,
    error: type[MillsightError],
    told: str,
    strips: Path,
    other: DataSet,
    tmp_path: Path,
) -> None:
    data, run = open_data(strips), run_that_learnt_from()
    if wrong == "classes":
        other = replace(other, classes=("dark", "dull"))
    elif wrong == "learnt":
        run = run_that_learnt_from(other)
    elif wrong == "learnt, renamed and dealt to val":
        run = run_that_learnt_from(other)
        learnt = tuple(replace(sample, split="val") for sample in other.of("train"))
        other = replace(other, root=Path("renamed"), name="renamed", samples=learnt)
    elif wrong == "too many":
        other = replace(other, source="a mill " * 300)
    elif wrong == "no val":
        other = replace(other, samples=other.of("train"))
    else:
        other = open_data(Path(shutil.copytree(strips, tmp_path / "copy")))
    with pytest.raises(error, match=told):
        with_extra_val(data, [other], [run])


def test_pictures_that_the_data_has_twice_are_its_own_affair(
    strips: Path, other: DataSet, tmp_path: Path
) -> None:
    data = open_data(strips)
    twice = replace(data, samples=(*data.samples, replace(data.samples[0], group="again")))
    wide = with_extra_val(twice, [other], [run_that_learnt_from()])
    assert len(wide.of("val")) == len(twice.of("val")) + len(other.of("val"))


def test_frames_of_two_folders_are_not_taken_for_near_duplicates(
    strips: Path, other: DataSet, tmp_path: Path
) -> None:
    another = open_data(write_strips(tmp_path / "other", {"val": 5}, seed=10))
    wide = with_extra_val(open_data(strips), [other, another], [run_that_learnt_from()])
    groups = [sample.group for sample in wide.of("val")]
    assert len(set(groups)) == len(groups)


def test_thresholds_are_chosen_on_them_too(
    runs: dict[str, Path], strips: Path, other: DataSet
) -> None:
    read = {"gate": read_run(runs["binary"])}
    label = ReleaseLabel("toy", "For tests.", False, "2024-06-01T00:00:00Z")
    order = ExportSettings(label, golden=1, rungs=(EXACT, REQUIRED))
    plain, wide = (
        choose(order, read, open_data(strips), Silent(), lambda shown: None, more)
        for more in ((), (other,))
    )
    for name in ("gate", "decision"):
        before, after = (getattr(chosen.thresholds, name) for chosen in (plain, wide))
        assert after.n == before.n + len(other.of("val"))
    assert len(wide.scored[REQUIRED]["frame"].gate) == 40 + CLEAN + len(other.of("val"))
    assert f"also chosen on: {other.provenance}" in wide.sources
    assert "also chosen on" not in plain.sources


def test_the_more_defects_the_more_of_them_the_same_promise_lets_through() -> None:
    rng = np.random.default_rng(0)
    found = []
    for count in (200, 2000):
        scores = rng.random(count)
        groups = np.arange(count).astype(np.str_)
        found.append(gate_threshold(scores, np.ones(count, np.bool_), groups))
    few, many = found
    assert few is not None and many is not None
    assert (few.misses, many.misses) == (4, 83)
    assert many.value > few.value
