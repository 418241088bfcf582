"""Initial weights: from another run, or ImageNet's in an ``.npz`` of Keras layer names."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from edge.core.errors import MissingPathError, TrainingError
from train.backend import load_keras
from train.loop.run_folder import MODEL

Weights = dict[str, NDArray[np.float32]]
"""Arrays by layer and variable, such as ``conv1__kernel``."""


def read_weights(path: Path) -> Weights:
    """Read weights from an ``.npz``, a ``.keras`` file, or the folder of a finished run.

    Raises:
        MissingPathError: The path does not exist.
        TrainingError: The file does not hold weights.
    """
    if path.is_dir():
        path = path / MODEL
    if not path.exists():
        raise MissingPathError(
            f"there are no weights at {path}", "Give an .npz, a .keras file, or a finished run"
        )
    try:
        if path.suffix == ".npz":
            with np.load(path, allow_pickle=False) as file:
                return {_keras3_name(name): file[name] for name in file}
        model = load_keras().models.load_model(path, compile=False)
    except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile) as error:
        reason = (str(error).strip().splitlines() or ["no reason given"])[0]
        raise TrainingError(
            f"{path} cannot be read as weights: {reason}", "Give an .npz or a .keras file"
        ) from None
    return {
        f"{layer.name}__{variable.name}": np.array(variable)
        for layer in model.layers
        for variable in layer.variables
    }


def start_from(model: Any, weights: Weights) -> int:
    """Assign weights to the layers of a ``keras.Model`` with matching names and shapes.

    The first kernel of a colour network is summed over its channels. Its input ranged from -1 to 1
    and ours ranges from 0 to 1: the kernel is doubled and the moving mean of its batch norm is
    shifted, which gives the same features without extra arithmetic on the device.

    Returns:
        Number of variables that were assigned.

    Raises:
        TrainingError: No variable matches.
    """
    weights = _for_grey(weights)
    assigned = 0
    for layer in model.layers:
        for variable in layer.variables:
            array = weights.get(f"{layer.name}__{variable.name}")
            if array is not None and array.shape == tuple(variable.shape):
                variable.assign(array)
                assigned += 1
    if not assigned:
        raise TrainingError(
            "none of the weights match the network",
            "Start mobilenet from ImageNet's MobileNet v1, others from a run of the same network",
        )
    return assigned


def _keras3_name(name: str) -> str:
    """A variable's Keras 3 name; Keras 2 has a separate name for depthwise kernels."""
    return name.replace("__depthwise_kernel", "__kernel")


def _for_grey(weights: Weights) -> Weights:
    kernel = weights.get("conv1__kernel")
    if kernel is None or kernel.shape[2] != 3:
        return weights
    grey = kernel.sum(axis=2, keepdims=True)
    mean = weights["conv1_bn__moving_mean"] + grey.sum(axis=(0, 1, 2))
    return weights | {"conv1__kernel": 2 * grey, "conv1_bn__moving_mean": mean}
