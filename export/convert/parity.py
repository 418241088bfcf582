"""Whether a converted file computes what its Keras network computes, tensor for tensor.

From the picture on, through the code of the line, ``export.score.keras_parity`` compares them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from edge.core.errors import ExportGateError
from edge.vision.engines.base import open_engine
from export.convert.freezing import Inputs, in_batches

CONVERSION_TOLERANCE = 1e-3
"""Greatest difference of float32 outputs from Keras's, as a share of the largest number."""


CHECKED = 32
"""Inputs at most on which a float32 file must agree with Keras."""


def largest_difference(model: Any, content: bytes, inputs: Inputs) -> float:
    """How far a file's outputs lie from Keras's, whatever format it is of.

    A share of the largest number that Keras gives there; the worst output counts. Outputs are told
    apart by shape; those that the file has besides are not looked at. Above
    ``CONVERSION_TOLERANCE`` a float32 file is broken.
    """
    engine = open_engine(content)
    worst = 0.0
    for numbers in in_batches(inputs, engine.input_shape[0]):
        found = {tensor.shape: tensor.decoded() for tensor in engine.run_tensors(numbers)}
        # Untraced: Keras traces a second window size with sides left open, on which layers fail.
        wanted = model(numbers, training=False)
        for output in map(np.asarray, wanted if isinstance(wanted, list) else [wanted]):
            off = np.abs(found[output.shape] - output).max()
            worst = max(worst, float(off / np.abs(output).max().clip(1.0)))
    return worst


def require_same(model: Any, content: bytes, inputs: Inputs, what: str) -> float:
    """How far a float32 file's outputs lie from Keras's, where it computes what Keras computes.

    Args:
        model: The ``keras.Model``.
        content: The file.
        inputs: As many as are to be looked at; see ``CHECKED``.
        what: What was converted, and to which format, for the error.

    Raises:
        ExportGateError: It does not.
    """
    difference = largest_difference(model, content, inputs)
    if difference > CONVERSION_TOLERANCE:
        raise ExportGateError(
            f"{what} differs from Keras by {difference:.2%} of its largest output; nothing was "
            f"written",
            "The network uses an operation that does not convert; use one of millsight's networks",
        )
    return difference
