"""Val may be widened by what no network has seen, and by nothing else."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from edge.errors import ConfigError, DataError, MillsightError
from export.choosing import choose
from export.label import Label
from export.ladder import EXACT, REQUIRED
from export.more_val import widened
from export.order import Order
from tests.export.toy import Silent
from tests.train.tiny import write_strips
from train.data import open_data
from train.data.sample import DataSet
from train.finished_run import read_run


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> DataSet:
    root = tmp_path_factory.mktemp("more") / "other"
    return open_data(write_strips(root, {"train": 4, "val": 12}, seed=9))


def run_that_learnt_from(*also: str) -> Any:
    return SimpleNamespace(card=SimpleNamespace(data=SimpleNamespace(also=also)))


def test_the_others_val_alone_comes_to_val(strips: Path, other: DataSet) -> None:
    data = open_data(strips)
    wide = widened(data, [other], [run_that_learnt_from()])
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
        ("learnt", ConfigError, "learnt from"),
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
        run = run_that_learnt_from(other.provenance)
    elif wrong == "no val":
        other = replace(other, samples=other.of("train"))
    else:
        other = open_data(Path(shutil.copytree(strips, tmp_path / "copy")))
    with pytest.raises(error, match=told):
        widened(data, [other], [run])


def test_more_frames_keep_a_promise_with_more_misses(
    runs: dict[str, Path], strips: Path, other: DataSet
) -> None:
    read = {"gate": read_run(runs["binary"])}
    label = Label("toy", "For tests.", False, "2024-06-01T00:00:00Z")
    order = Order(label, golden=1, rungs=(EXACT, REQUIRED))
    plain, wide = (
        choose(order, read, open_data(strips), Silent(), lambda shown: None, more)
        for more in ((), (other,))
    )
    assert wide.thresholds.gate.n == plain.thresholds.gate.n + len(other.of("val"))
    assert wide.thresholds.decision.n == plain.thresholds.decision.n + len(other.of("val"))
    alone = wide.scored[REQUIRED]["frame"].gate[: len(plain.scored[REQUIRED]["frame"].gate)]
    np.testing.assert_allclose(alone, plain.scored[REQUIRED]["frame"].gate, atol=0.2)
