"""Temperature scaling: one temperature per stage, fitted on val to the deployed int8 network.

See ``train.evaluate.calibration`` for the method and its source.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from edge.bundle.manifest_parts import (
    Calibration,
    CalibrationError,
    Unit,
)
from export.score.split_scores import Logits, SplitInputs
from train.data.tiles import Tile
from train.evaluate.calibration import expected_calibration_error, fit_temperature
from train.evaluate.scored import Scored
from train.regions.finished import Run
from train.regions.task import NONE

_JUDGED = {"gate": "probability of a defect", "classifier": "probability of the answer"}

_Answers = tuple[NDArray[np.float32], NDArray[np.bool_]]
"""Predicted probability of each item, [n], and whether the prediction is right."""


def fit_temperatures(
    runs: Mapping[str, Run], logits: Mapping[str, Logits], val: SplitInputs, classes: Sequence[str]
) -> dict[str, float]:
    """Temperature of each stage, fitted on the unambiguous tiles of val.

    Args:
        runs: Runs of the stages.
        logits: Logits of their int8 networks on val.
        val: Inputs of val.
        classes: The data set's classes.
    """
    clear = val.unambiguous
    tiles = [tile for tile in val.tiles if not tile.ambiguous]
    temperatures = {}
    for name, run in runs.items():
        named = () if run.card.task == "binary" else classes
        present = present_outputs(run.card.outputs, named, tiles)
        temperatures[name] = fit_temperature(logits[name][clear], present, run.card.activation)
    return temperatures


def present_outputs(
    outputs: Sequence[str], classes: Sequence[str], tiles: Sequence[Tile]
) -> NDArray[np.bool_]:
    """Outputs that are true of each tile, [tiles, outputs] bool.

    Args:
        outputs: Names of the outputs.
        classes: The data set's classes; empty for a binary network.
        tiles: Tiles with their classes.
    """

    def is_present(output: str, tile: Tile) -> bool:
        if output in classes:
            return classes.index(output) in tile.classes
        return bool(tile.classes) is (output != NONE)

    return np.array([[is_present(output, tile) for output in outputs] for tile in tiles], np.bool_)


def stage_calibrations(val: Scored, holdout: Scored, unit: Unit) -> dict[str, Calibration]:
    """Calibration errors of each stage before and after temperature scaling.

    Args:
        val: Scores of the networks' own items of val.
        holdout: The same for the holdout.
        unit: Unit of these items.
    """
    splits = [(_answers(split.untempered or split), _answers(split)) for split in (val, holdout)]
    return {
        stage: Calibration(
            judged=_JUDGED[stage],
            unit=unit,
            val=_error(*(answers[stage] for answers in splits[0])),
            holdout=_error(*(answers[stage] for answers in splits[1])),
        )
        for stage in splits[0][0]
    }


def _answers(scored: Scored) -> dict[str, _Answers]:
    answers: dict[str, _Answers] = {"gate": (scored.gate, scored.defective)}
    if scored.confidence is not None and scored.right is not None:
        answers["classifier"] = scored.confidence, scored.right
    return answers


def _error(before: _Answers, after: _Answers) -> CalibrationError:
    plain, tempered = (expected_calibration_error(*answers) for answers in (before, after))
    assert plain is not None
    assert tempered is not None
    return CalibrationError(before=plain, after=tempered, n=len(after[0]))
