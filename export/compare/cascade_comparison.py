"""What every rung says of a split, and which of them lose too much by it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from edge.bundle.manifest_parts import FigureDifference, Unit
from edge.core.errors import EngineError
from export.compare.evidence import RungEvidence, standing
from export.compare.non_inferiority import (
    compare,
    lost,
    worst_of,
)
from export.convert.cascade_forms import StageForms
from export.convert.forms import (
    EXACT,
    REQUIRED,
    Rung,
)
from export.progress import ExportProgress
from export.score.layer_noise import LayerError, blame
from export.score.split_scores import (
    Logits,
    SplitScores,
    logits_of,
)
from export.score.stage_answers import stage_answers, stage_figures
from export.settings import ExportSettings
from train.evaluate.scored import Scored

_LOG = logging.getLogger(__name__)
Split = Mapping[Rung, Mapping[Unit, Scored]]
"""What every rung says of a split, by tile and by frame."""


def score_rungs(
    stages: Mapping[str, StageForms],
    proofs: Mapping[Rung, RungEvidence[FigureDifference]],
    seen: SplitScores,
    progress: ExportProgress,
) -> dict[Rung, dict[str, Logits]]:
    """What every rung that still stands says of a split; one that does not run is refused.

    Raises:
        EngineError: Float32 or int8 TFLite does not run.
    """
    logits: dict[Rung, dict[str, Logits]] = {}
    for rung in standing(proofs):
        try:
            logits[rung] = {
                name: logits_of(
                    stage.forms[rung],
                    seen.inputs[stage.run.geometry],
                    progress,
                    f"scoring {seen.name}: {name}, {rung}",
                )
                for name, stage in stages.items()
            }
        except EngineError as error:
            if rung in {EXACT, REQUIRED}:
                raise
            proofs[rung].refused = error.what
            _LOG.info("%s does not run on %s: %s", rung, seen.name, error.what)
    return {rung: found for rung, found in logits.items() if proofs[rung].refused is None}


def judge_rungs(
    proofs: Mapping[Rung, RungEvidence[FigureDifference]],
    scored: Split,
    own: Unit,
    unit: Unit,
    order: ExportSettings,
    split: str,
) -> None:
    """Take every rung's figures of a split and hold them against float32 TFLite's.

    One that is worse is refused, but for int8 TFLite, of which the caller decides.
    """
    answers = {
        rung: stage_answers(said[own], said[unit], own=own, unit=unit)
        for rung, said in scored.items()
    }
    for rung, stages in answers.items():
        proof = proofs[rung]
        proof.figures[split] = {name: stage_figures(stage) for name, stage in stages.items()}
        if rung == EXACT:
            continue
        proof.differences[split] = compare(answers[EXACT], stages, order.margins)
        words = lost(proof.differences[split], split)
        _LOG.info("%s on %s: %s", rung, split, words or "held")
        if rung != REQUIRED:
            proof.refused = proof.refused or words


def to_blame(
    differences: Sequence[FigureDifference], layers: Mapping[str, Sequence[LayerError]]
) -> str:
    """The worst layer of the stage of the worst figure, for people; empty where none is worse.

    Of the decision, that of the noisier stage.
    """
    worst = worst_of(differences)
    if worst is None:
        return ""
    stage = worst.stage
    if stage not in layers:
        stage = min(layers, key=lambda name: layers[name][-1].sqnr_db)
    return f"in the {stage} {blame(layers[stage])}"
