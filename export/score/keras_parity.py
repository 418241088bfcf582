"""How far each form scores golden frames from Keras, through the code of the line.

From the picture's file on: decoded, cut, scaled, run, and made a score of. Whatever stands between
pixels and scores, a second preprocessing for one, would show here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import cv2
import numpy as np

from edge.bundle.manifest_parts import GoldenScores, Thresholds
from edge.core.errors import ExportGateError
from edge.core.frame import Pixels
from edge.install.verify import score_frame, scores_differ
from export.convert.cascade_forms import StageForms, open_cascade, rung_engine
from export.convert.forms import EXACT, Rung
from export.progress import ExportProgress
from export.score.golden_frames import encode_png
from train.keras_engine import KerasEngine

FLOAT_WITHIN = 1e-4
"""How far a score of a float32 form may lie from Keras's."""


def golden_differences(
    stages: Mapping[str, StageForms],
    rungs: Sequence[Rung],
    temperatures: Mapping[str, float],
    thresholds: Thresholds,
    frames: Sequence[Pixels],
    progress: ExportProgress,
) -> dict[Rung, float]:
    """The largest difference of any score of any golden frame from Keras's, a fraction, by rung.

    Args:
        stages: The networks; those of int8 are held against the network before any fine-tuning.
        rungs: Those that every stage has, float32 TFLite among them.
        temperatures: Of the networks.
        thresholds: Of the cascade.
        frames: Pictures [lines, columns] uint8.
        progress: Shows how it goes.

    Raises:
        ExportGateError: Float32 TFLite scores otherwise than Keras.
    """
    progress.start("scoring golden frames in Keras and in every rung")
    found = end_to_end(stages, rungs, temperatures, thresholds, frames)
    if found[EXACT] > FLOAT_WITHIN:
        raise ExportGateError(
            f"float32 TFLite is not what was trained: {_off_by(found[EXACT])}; nothing was written",
            "The network uses an operation that does not convert; use one of millsight's",
        )
    return found


def off_keras(differences: Mapping[Rung, float]) -> dict[Rung, str]:
    """Why float32 rungs that score golden frames otherwise than Keras are refused."""
    return {
        rung: _off_by(difference)
        for rung, difference in differences.items()
        if rung.precision == "float32" and difference > FLOAT_WITHIN
    }


def end_to_end(
    stages: Mapping[str, StageForms],
    rungs: Sequence[Rung],
    temperatures: Mapping[str, float],
    thresholds: Thresholds,
    frames: Sequence[Pixels],
) -> dict[Rung, float]:
    """The largest difference of any score of any frame from Keras's, a fraction, by rung.

    Args:
        stages: The networks; those of int8 are held against the network before any fine-tuning.
        rungs: Those that every stage has.
        temperatures: Of the networks.
        thresholds: Of the cascade.
        frames: Pictures [lines, columns] uint8.
    """
    pictures = [encode_png(pixels) for pixels in frames]

    def scores(engine_of: Any) -> list[GoldenScores]:
        cascade = open_cascade(stages, temperatures, thresholds, engine_of)
        return [score_frame(cascade, _read(picture)) for picture in pictures]

    wanted = scores(lambda stage: KerasEngine(stage.model))
    return {
        rung: max(
            scores_differ(exact, found)
            for exact, found in zip(wanted, scores(rung_engine(rung)), strict=True)
        )
        for rung in rungs
    }


def _off_by(difference: float) -> str:
    return f"it scores golden frames {difference:.1e} off Keras; {FLOAT_WITHIN:g} is allowed"


def _read(picture: bytes) -> Pixels:
    pixels = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_GRAYSCALE)
    return np.asarray(pixels, np.uint8)
