"""Class activation maps: a second output that says where a classifier saw what it names.

The networks end in features [h, w, c], whose maximum and mean over places [2c] one dense layer
weighs. A place's share in the logit of a class is what its features change there:

    map[p, k] = features[p] · (W_max[k] + W_mean[k] / (h · w))

For the mean that is the map of Zhou et al. (CVPR 2016) and exact: its sum over places is the mean's
part of the logit. The mean divides by h · w because one place moves it by no more than that. For
the maximum, of which only the strongest place of each channel counts, it is the share that a place
has if it is the strongest; the places just below are shown beside it, which is wanted: a map of
winners alone is a handful of dots. Weights of the mean without the division lead astray, because
the networks learn to hold the maximum against the mean (``benchmarks.localization``).

Logits of a softmax are only defined up to a common term, so what speaks for a class is its map less
that of none: ``edge.vision.models.classifier`` takes the difference.
"""

from __future__ import annotations

from typing import Any

from train.backend import load_keras
from train.networks.depthwise import FEATURES, LOGITS


def with_map(model: Any) -> Any:
    """A ``keras.Model`` of the same logits [n, outputs] and a map [n, h, w, outputs].

    ``model`` itself where it has no layer ``features`` that ``logits`` weighs twice, by its maximum
    first and by its mean after, as the study's networks have not.
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
