"""Temperatures and thresholds chosen on val, and every form's scores with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from edge.bundle.manifest_parts import Thresholds, Unit
from export.choose.thresholds import choose_thresholds
from export.compare.cascade_comparison import RungScores
from export.convert.forms import REQUIRED, Rung
from export.score.split_scores import Logits, SplitInputs, score_split
from export.score.temperature import fit_temperatures
from export.settings import ExportSettings
from train.data.sample import DataSet
from train.regions.finished import Run


@dataclass(frozen=True, slots=True, eq=False)
class ValScores:
    """Choices from int8's scores, and every form's scores with them.

    Attributes:
        temperatures: Temperatures of the networks, by stage.
        thresholds: Gate and decision threshold.
        own: Unit of the networks' own items.
        unit: Unit of the decision.
        scored: Scores of val, by form.
    """

    temperatures: Mapping[str, float]
    thresholds: Thresholds
    own: Unit
    unit: Unit
    scored: RungScores


def score_val(
    settings: ExportSettings,
    runs: Mapping[str, Run],
    logits: Mapping[Rung, Mapping[str, Logits]],
    val: SplitInputs,
    data: DataSet,
) -> ValScores:
    """Choose temperatures and thresholds on int8 TFLite, and score every form with them.

    Args:
        settings: The export's settings.
        runs: Runs of the stages.
        logits: Logits on val, by form and stage.
        val: Inputs of val.
        data: Training data of the runs.

    Raises:
        DataError: Val lacks defective or clean items.
    """
    by_region = runs["gate"].geometry.region is not None
    own: Unit = "tile" if by_region else "frame"
    unit: Unit = settings.unit if by_region else "frame"
    temperatures = fit_temperatures(runs, logits[REQUIRED], val, data.classes)
    int8 = score_split(val, runs, logits[REQUIRED], temperatures, data.classes)
    thresholds = choose_thresholds(int8[unit], settings.risk, unit=unit)
    scored = {
        rung: score_split(val, runs, of_rung, temperatures, data.classes, thresholds)
        for rung, of_rung in logits.items()
    }
    return ValScores(temperatures, thresholds, own, unit, scored)
