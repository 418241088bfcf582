"""A finished run of the instance network without training: weights set by hand, and right.

Its networks know the dark and bright patches of ``tests.train.tiny``: features are how dark and how
bright each cell of 4×4 pixels is, and both heads hold their mean against what a patch shows.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from edge.core.rle import mask_to_coco_counts
from edge.vision.instances.anchors import Anchors
from tests.export.toy import OPENED
from tests.train.tiny import CLASSES
from train.backend import load_keras
from train.data import open_data
from train.data.digest import data_digest, split_digest
from train.loop.run_folder import (
    BOX_HEAD,
    MASK_HEAD,
    PYRAMID,
)
from train.regions.card import tool_versions

WINDOW = (32, 32)
ANCHORS = Anchors((((14.0, 12.0),), ((28.0, 24.0),), ((30.0, 30.0),)))

_SHOWN = 0.3
"""By how much a patch is darker or brighter than strip, as features tell it."""


def outline(root: Path) -> None:
    """Give each patch of ``tests.train.tiny``'s strips a mask: all of its box."""
    for path in sorted(root.glob("instances_*.json")):
        document = json.loads(path.read_text())
        width, height = (document["images"][0][side] for side in ("width", "height"))
        for mark in document["annotations"]:
            x, y, w, h = mark["bbox"]
            drawn = np.zeros((height, width), np.bool_)
            drawn[y : y + h, x : x + w] = True
            counts = mask_to_coco_counts(drawn)
            mark["segmentation"] = {"size": [height, width], "counts": counts}
        path.write_text(json.dumps(document))


def finished_instances(folder: Path, data_root: Path, *, masks: bool) -> Path:
    """What ``millsight train instances`` would leave of these networks."""
    data = open_data(data_root)
    samples = [*data.of("train"), *data.of("val")]
    card = {
        "format": 1,
        "task": "instances",
        "trunk": "patches",
        "parameters": 100,
        "classes": list(data.classes),
        "masks": masks,
        "window": list(WINDOW),
        "anchors": ANCHORS.shapes,
        "command": "millsight train instances",
        "data": {
            "name": data.name,
            "source": "drawn for tests",
            "terms": "free",
            "digest": data_digest(samples),
            "split_digest": split_digest(samples),
            "splits": {split: len(data.of(split)) for split in ("train", "val")},
        },
        "versions": tool_versions(),
        "figures": {},
        "holdout_openings": [{"by": "millsight train instances", "when": OPENED}],
    }
    folder.mkdir(parents=True)
    heads = {BOX_HEAD: _box_head(), **({MASK_HEAD: _mask_head()} if masks else {})}
    for name, model in {PYRAMID: _pyramid(), **heads}.items():
        model.save(folder / name)
    (folder / "card.json").write_text(json.dumps(card))
    return folder


def _pyramid() -> Any:
    keras = load_keras()
    layers = keras.layers
    inputs = keras.Input((None, None, 1))
    x = layers.AveragePooling2D(4)(inputs)
    x = layers.Conv2D(2, 1, activation="relu", name="dark_and_bright")(x)
    levels = [x, layers.AveragePooling2D(2)(x), layers.AveragePooling2D(4)(x)]
    objectness = [
        layers.Conv2D(1, 3, padding="same", name=f"is_{i}")(x) for i, x in enumerate(levels)
    ]
    deltas = [layers.Conv2D(4, 1, name=f"off_{i}")(x) for i, x in enumerate(levels)]
    model = keras.Model(inputs, [*levels, *objectness, *deltas])
    grey = 128 / 255
    _set(model, "dark_and_bright", [[[[-1.0, 1.0]]]], [grey - 0.05, -grey - 0.05])
    for i in range(3):
        # The coarser levels have nothing to add.
        weight, bias = (2.0, -3.0) if i == 0 else (0.1, -8.0)
        _set(model, f"is_{i}", np.full((3, 3, 2, 1), weight), [bias])
        _set(model, f"off_{i}", np.full((1, 1, 2, 4), 0.01), np.zeros(4))
    return model


def _box_head() -> Any:
    keras = load_keras()
    inputs = keras.Input((14, 14, 2))
    x = keras.layers.GlobalAveragePooling2D()(inputs)
    model = keras.Model(inputs, keras.layers.Dense(len(CLASSES) + 5, name="said")(x))
    kernel, bias = np.full((2, 7), 0.01), np.zeros(7)
    kernel[:, 1:3] = 60.0 * np.eye(2)
    bias[1:3] = -60.0 * 0.65 * _SHOWN
    _set(model, "said", kernel, bias)
    return model


def _mask_head() -> Any:
    keras = load_keras()
    inputs = keras.Input((14, 14, 2))
    x = keras.layers.Conv2DTranspose(len(CLASSES), 2, strides=2, name="inside")(inputs)
    model = keras.Model(inputs, x)
    _set(model, "inside", np.tile(60.0 * np.eye(2), (2, 2, 1, 1)), np.full(2, -30.0 * _SHOWN))
    return model


def _set(model: Any, layer: str, *weights: Any) -> None:
    model.get_layer(layer).set_weights([np.array(w, np.float32) for w in weights])
