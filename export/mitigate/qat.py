"""Quantization-aware training: fine-tunes a network with int8 rounding simulated.

A copy of the network rounds weights and activations as int8 does: weights symmetrically with a
scale per channel, activations between the calibrated minimum and maximum. Gradients pass the
rounding unchanged (the straight-through estimator; Bengio et al. 2013, Jacob et al. 2018). The
targets are the float network's own outputs, so no labels are needed. Batch normalization is frozen,
so that it folds into the weights as before; since it only rescales channels, rounding before or
after folding is the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.vision.preprocess import as_fractions
from export.convert.cascade_forms import StageForms
from export.progress import ExportProgress
from train.backend import load_keras

LEARNING_RATE = 1e-4
BATCH = 32
_SEEN = 64
"""Inputs for measuring ranges of activations."""

_ROUNDED_AFTER = {"ReLU", "Activation", "Concatenate", "GlobalAveragePooling2D"}
"""Layers whose outputs int8 stores, besides layers with their own activation and the logits."""


def fine_tune(
    forms: StageForms, inputs: NDArray[np.uint8], epochs: int, progress: ExportProgress, stage: str
) -> Iterator[tuple[int, Any]]:
    """Fine-tune for some epochs.

    Args:
        forms: The network.
        inputs: Inputs from train, [n, height, width] uint8.
        epochs: Number of epochs.
        progress: Receives progress.
        stage: Name of the stage.

    Yields:
        After each epoch its number and a plain ``keras.Model`` with the current weights.
    """
    keras = load_keras()
    keras.utils.set_random_seed(0)
    rounded = rounding_copy(forms.model, forms.inputs[:_SEEN])
    progress.start(f"{stage}: computing its float outputs")
    wanted = forms.model.predict(as_fractions(inputs), batch_size=BATCH, verbose=0)
    wanted = np.asarray(keras.ops.convert_to_numpy(wanted))
    softmax = forms.run.card.activation == "softmax"
    targets = np.asarray((keras.ops.softmax if softmax else keras.ops.sigmoid)(wanted))
    rounded.compile(
        keras.optimizers.Adam(LEARNING_RATE),
        keras.losses.CategoricalCrossentropy(from_logits=True)
        if softmax
        else keras.losses.BinaryCrossentropy(from_logits=True),
        jit_compile=False,
    )
    plain = keras.models.clone_model(forms.model)
    random = np.random.default_rng(0)
    for epoch in range(1, epochs + 1):
        order = random.permutation(len(inputs))
        batches = [order[i : i + BATCH] for i in range(0, len(order), BATCH)]
        progress.start(f"{stage}: fine-tuning, epoch {epoch} of {epochs}", len(batches))
        for rows in batches:
            rounded.train_on_batch(as_fractions(inputs[rows]), targets[rows])
            progress.advance()
        plain.set_weights(rounded.get_weights())
        yield epoch, plain


def rounding_copy(model: Any, inputs: NDArray[np.uint8]) -> Any:
    """A copy of a ``keras.Model`` with its weights that rounds as int8 does.

    Args:
        model: A functional model.
        inputs: Network inputs [n, height, width] uint8 for measuring ranges.
    """
    keras = load_keras()
    ranges = _ranges(model, inputs)
    weighted = _rounding_kinds()

    def rounding(layer: Any) -> Any:
        kind = weighted.get(type(layer).__name__, type(layer))
        if layer.name in ranges:
            kind = _rounding_output(kind, *ranges[layer.name])
        copied = kind.from_config(layer.get_config())
        if type(layer).__name__ == "BatchNormalization":
            copied.trainable = False
        elif type(layer).__name__ == "Dropout":
            copied.rate = 0.0
        return copied

    copy = keras.models.clone_model(model, clone_function=rounding)
    copy.set_weights(model.get_weights())
    return copy


def round_weights(kernel: Any, axes: tuple[int, ...]) -> Any:
    """Weights rounded as in int8: symmetric, with a scale for each slice along the other axes."""
    ops = load_keras().ops
    scale = ops.maximum(ops.max(ops.abs(kernel), axis=axes, keepdims=True) / 127, 1e-12)
    return _straight_through(kernel, ops.round(kernel / scale) * scale)


def round_activations(values: Any, low: float, high: float) -> Any:
    """Activations rounded as in int8, between two ends that include 0."""
    ops = load_keras().ops
    low, high = min(low, 0.0), max(high, 0.0)
    scale = max(high - low, 1e-12) / 255
    zero = round(-low / scale)
    clipped = ops.clip(values, -zero * scale, (255 - zero) * scale)
    return _straight_through(clipped, ops.round(clipped / scale) * scale)


def _straight_through(exact: Any, rounded: Any) -> Any:
    return exact + load_keras().ops.stop_gradient(rounded - exact)


def _ranges(model: Any, inputs: NDArray[np.uint8]) -> dict[str, tuple[float, float]]:
    """Output range of each layer in ``_ROUNDED_AFTER``, and of the logits."""
    keras = load_keras()
    linear = keras.activations.linear
    layers = [
        layer
        for layer in model.layers
        if type(layer).__name__ in _ROUNDED_AFTER or getattr(layer, "activation", linear) != linear
    ]
    layers.append(model.layers[-1])
    look = keras.Model(model.inputs, [layer.output for layer in layers])
    ends = [(np.inf, -np.inf)] * len(layers)
    for start in range(0, len(inputs), BATCH):
        found = look.predict_on_batch(as_fractions(inputs[start : start + BATCH]))
        found = found if isinstance(found, list) else [found]
        ends = [
            (min(low, float(part.min())), max(high, float(part.max())))
            for (low, high), part in zip(ends, found, strict=True)
        ]
    return {layer.name: end for layer, end in zip(layers, ends, strict=True)}


def _rounding_output(kind: Any, low: float, high: float) -> Any:
    """A subclass of a layer class that rounds its output."""

    class RoundingOutput(kind):  # type: ignore[misc]
        def call(self, inputs: Any) -> Any:
            return round_activations(super().call(inputs), low, high)

    return RoundingOutput


def _rounding_kinds() -> dict[str, Any]:
    """Subclasses of layers with weights, by name, that round their weights."""
    keras = load_keras()
    ops, layers = keras.ops, keras.layers

    class RoundingConv2D(layers.Conv2D):  # type: ignore[misc,name-defined]
        def convolution_op(self, inputs: Any, kernel: Any) -> Any:
            return super().convolution_op(inputs, round_weights(kernel, (0, 1, 2)))

    class RoundingDepthwiseConv2D(layers.DepthwiseConv2D):  # type: ignore[misc,name-defined]
        def call(self, inputs: Any) -> Any:
            outputs = ops.depthwise_conv(
                inputs,
                round_weights(self.kernel, (0, 1)),
                strides=self.strides,
                padding=self.padding,
                dilation_rate=self.dilation_rate,
                data_format=self.data_format,
            )
            return self.activation(outputs + self.bias if self.use_bias else outputs)

    class RoundingDense(layers.Dense):  # type: ignore[misc,name-defined]
        def call(self, inputs: Any) -> Any:
            outputs = ops.matmul(inputs, round_weights(self.kernel, (0,)))
            return self.activation(outputs + self.bias if self.use_bias else outputs)

    return {
        "Conv2D": RoundingConv2D,
        "DepthwiseConv2D": RoundingDepthwiseConv2D,
        "Dense": RoundingDense,
    }
