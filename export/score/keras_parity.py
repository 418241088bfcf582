"""Comparison of each form's golden-frame scores with Keras, through the code of the line.

It covers the whole way from the picture file to the score: decoding, cutting, scaling, inference
and activation. Any difference between the two ways, such as a second preprocessing, shows here.
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
"""Largest difference of a float32 form's score from Keras."""


def golden_differences(
    stages: Mapping[str, StageForms],
    rungs: Sequence[Rung],
    temperatures: Mapping[str, float],
    thresholds: Thresholds,
    frames: Sequence[Pixels],
    progress: ExportProgress,
) -> dict[Rung, float]:
    """Largest difference of golden-frame scores from Keras, a fraction, by form.

    Args:
        stages: The networks; int8 is compared with the network before any fine-tuning.
        rungs: Forms that every stage has, including float32 TFLite.
        temperatures: Temperatures of the networks.
        thresholds: Thresholds of the cascade.
        frames: Pictures [lines, columns] uint8.
        progress: Receives progress.

    Raises:
        ExportGateError: The scores of float32 TFLite differ from Keras.
    """
    progress.start("scoring golden frames in Keras and in every form")
    found = end_to_end(stages, rungs, temperatures, thresholds, frames)
    if found[EXACT] > FLOAT_WITHIN:
        raise ExportGateError(
            f"float32 TFLite differs from Keras: {_off_by(found[EXACT])}; nothing was written",
            "The network uses an operation that does not convert; use one of millsight's",
        )
    return found


def parity_refusals(differences: Mapping[Rung, float]) -> dict[Rung, str]:
    """Reasons to refuse float32 forms whose golden-frame scores differ from Keras."""
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
    """Largest difference of any score of any frame from Keras, a fraction, by form.

    Args:
        stages: The networks; int8 is compared with the network before any fine-tuning.
        rungs: Forms that every stage has.
        temperatures: Temperatures of the networks.
        thresholds: Thresholds of the cascade.
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
    return f"its golden-frame scores differ from Keras by {difference:.1e}, limit {FLOAT_WITHIN:g}"


def _read(picture: bytes) -> Pixels:
    pixels = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_GRAYSCALE)
    return np.asarray(pixels, np.uint8)
