"""Class activation maps: a second output that localizes the evidence for each class.

The networks end in features [h, w, c]. A dense layer weighs each channel's maximum and mean over
positions, [2c]. The map of class k at position p is

    map[p, k] = features[p] · (W_max[k] + W_mean[k] / (h · w))

For the mean this is the map of Zhou et al. (CVPR 2016) and exact: its sum over positions equals the
mean's part of the logit; the division by h · w reflects that one position changes the mean by only
that share. For the maximum, which depends only on each channel's strongest position, it is the
share that a position would have as the strongest. Positions slightly below the maximum therefore
appear too, which is intended: a map of maxima alone would be a few dots. Without the division the
map is misleading, because the networks learn to weigh the maximum against the mean
(``benchmarks.localization``).

Softmax logits are defined only up to a common term, so the evidence for a class is its map minus
that of none; ``edge.vision.models.classifier`` computes the difference.
"""

from __future__ import annotations

from typing import Any

from train.backend import load_keras
from train.networks.depthwise import FEATURES, LOGITS


def with_map(model: Any) -> Any:
    """A ``keras.Model`` with the same logits [n, outputs] and a map [n, h, w, outputs].

    Returns ``model`` unchanged if ``logits`` does not weigh the maximum and the mean of a layer
    ``features``, as in the study's networks.
    """
    layers = {layer.name: layer for layer in model.layers}
    if FEATURES not in layers or LOGITS not in layers:
        return model
    features, kernel = layers[FEATURES].output, layers[LOGITS].get_weights()[0]
    shape = tuple(features.shape[1:])
    if len(shape) != 3 or len(kernel) != 2 * shape[-1]:
        return model
    height, width, channels = shape
    weights = kernel[:channels] + kernel[channels:] / (height * width)
    keras = load_keras()
    place = keras.layers.Conv2D(kernel.shape[1], 1, use_bias=False, name="map")
    model_with_map = keras.Model(model.inputs, [model.output, place(features)], name=model.name)
    place.set_weights([weights[None, None]])
    return model_with_map
