"""Comparison of a converted file with its Keras network, tensor by tensor.

``export.score.keras_parity`` compares them from the picture on, through the code of the line.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from edge.core.errors import ExportGateError
from edge.vision.engines.base import open_engine
from export.convert.freezing import Inputs, in_batches

CONVERSION_TOLERANCE = 1e-3
"""Largest difference of float32 outputs from Keras, as a share of the largest value."""


CHECKED = 32
"""Most inputs on which a float32 file is compared with Keras."""


def largest_difference(model: Any, content: bytes, inputs: Inputs) -> float:
    """Largest difference of a file's outputs from Keras, for any format.

    It is a share of Keras's largest value; the worst output counts. Outputs are matched by shape;
    further outputs of the file are ignored. Above ``CONVERSION_TOLERANCE`` a float32 file is
    broken.
    """
    engine = open_engine(content)
    worst = 0.0
    for numbers in in_batches(inputs, engine.input_shape[0]):
        found = {tensor.shape: tensor.decoded() for tensor in engine.run_tensors(numbers)}
        # Eager: Keras traces a second window size with variable sides, on which some layers fail.
        wanted = model(numbers, training=False)
        for output in map(np.asarray, wanted if isinstance(wanted, list) else [wanted]):
            off = np.abs(found[output.shape] - output).max()
            worst = max(worst, float(off / np.abs(output).max().clip(1.0)))
    return worst


def require_same(model: Any, content: bytes, inputs: Inputs, what: str) -> float:
    """Check that a float32 file computes what Keras computes; return the largest difference.

    Args:
        model: The ``keras.Model``.
        content: The file.
        inputs: Inputs to compare on; see ``CHECKED``.
        what: Network and file format, for the error.

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
