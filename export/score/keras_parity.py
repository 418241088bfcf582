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
from edge.core.frame import Pixels
from edge.install.verify import score_frame, scores_differ
from export.convert.cascade_forms import (
    StageForms,
    of_rung,
    open_cascade,
)
from export.convert.forms import Rung
from export.score.golden_frames import encode_png
from train.keras_engine import KerasEngine

FLOAT_WITHIN = 1e-4
"""How far a score of a float32 form may lie from Keras's."""


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
            for exact, found in zip(wanted, scores(of_rung(rung)), strict=True)
        )
        for rung in rungs
    }


def _read(picture: bytes) -> Pixels:
    pixels = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_GRAYSCALE)
    return np.asarray(pixels, np.uint8)
