"""A split is read once, and judged from logits as the line judges it from pixels."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge.core.images import write_image
from edge.vision.engines.base import open_engine
from export.choose.on_val import choose
from export.convert.cascade_forms import open_cascade, rung_engine
from export.convert.forms import EXACT, REQUIRED
from export.score.split_scores import (
    logits_of,
    read_split,
    score_split,
)
from export.settings import ExportSettings, ReleaseLabel
from tests.export.toy import Silent
from train.data import open_data
from train.data.tiles import label_tiles
from train.evaluate.scoring import score
from train.regions.finished import read_run

LABEL = ReleaseLabel("toy", "For tests.", False, "2024-06-01T00:00:00Z")


@pytest.fixture(scope="module")
def edged(strips: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The strips, every third of which ends in the middle of its frame."""
    root = Path(shutil.copytree(strips, tmp_path_factory.mktemp("seen") / "edged"))
    for sample in open_data(root).of("val")[::3]:
        pixels = sample.read().copy()
        pixels[:, :32] = 3
        write_image(sample.path, pixels)
    return root


@pytest.mark.parametrize("classifier", ["multiclass", "multilabel", None])
def test_it_says_what_the_cascade_says(
    classifier: str | None, runs: dict[str, Path], edged: Path
) -> None:
    data = open_data(edged)
    read = {"gate": read_run(runs["binary"])}
    if classifier:
        read["classifier"] = read_run(runs[classifier])
    order = ExportSettings(LABEL, unit="tile", golden=1, rungs=(EXACT, REQUIRED))
    chosen = choose(order, read, data, Silent(), lambda shown: None)
    cascade = open_cascade(
        chosen.stages, chosen.temperatures, chosen.thresholds, rung_engine(REQUIRED)
    )
    tiles = [tile for sample in data.of("val") for tile in label_tiles(sample, (32, 32))]
    every = score(cascade, tiles, data.classes)
    frames = [tile for sample in data.of("val") for tile in label_tiles(sample, None)]
    whole = score(cascade, frames, data.classes)
    wanted = {"tile": every.take(chosen.val.unambiguous), "frame": whole}
    assert chosen.val.past_edge.sum() == len(data.of("val")[::3])
    for unit, found in chosen.scored[REQUIRED].items():
        for name in ("gate", "decision", "none", "class_scores", "verdicts", "truth", "groups"):
            mine, theirs = getattr(found, name), getattr(wanted[unit], name)
            if theirs is None:
                assert mine is None
            else:
                np.testing.assert_array_equal(mine, theirs, err_msg=name)
        assert found.multilabel is wanted[unit].multilabel
        assert found.untempered is not None
        np.testing.assert_allclose(
            found.untempered.decision, wanted[unit].untempered.decision, atol=1e-4
        )


def test_logits_come_in_the_order_of_the_items(runs: dict[str, Path], strips: Path) -> None:
    data, run = open_data(strips), read_run(runs["binary"])
    seen = read_split(data, "train", [run.geometry], Silent())
    from export.convert.tflite import convert

    content = convert(run.load())
    inputs = np.concatenate([seen.inputs[run.geometry]] * 9)
    found = logits_of(content, inputs, Silent(), "scoring")
    np.testing.assert_allclose(found, open_engine(content).run(inputs), atol=1e-5)


def test_without_thresholds_nothing_is_called_defective(
    runs: dict[str, Path], strips: Path
) -> None:
    data, run = open_data(strips), read_run(runs["binary"])
    looked: list[Any] = []
    seen = read_split(data, "val", [run.geometry], Silent(), looked.append)
    assert len(looked) == len(data.of("val"))
    logits = np.tile(np.float32([-5, 5]), (len(seen.tiles), 1))
    said = score_split(seen, {"gate": run}, {"gate": logits}, {"gate": 1.0}, data.classes)
    assert not said["tile"].verdicts.any()
    assert (said["tile"].gate > 0.99).all()
    assert len(said["frame"]) == len(data.of("val"))
