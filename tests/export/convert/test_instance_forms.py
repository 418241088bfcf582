"""The instance networks in all their forms: they open, and say what the Keras networks say."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from edge.core.errors import DataError, ExportGateError
from edge.vision.engines.base import open_engine
from edge.vision.instances.anchors import Anchors
from edge.vision.instances.rules import ClassRule
from edge.vision.instances.window_features import maps_of
from edge.vision.models.instances import InstanceModel
from export.convert import parity
from export.convert.forms import (
    EXACT,
    NAMED,
    Rung,
    chosen_rungs,
)
from export.convert.instance_calibration import calibration_windows
from export.convert.instance_forms import InstanceForms, convert_instances
from tests.train.tiny import CLASSES, write_strips
from train.backend import load_keras
from train.data import open_data
from train.networks.mask_rcnn import MaskRCNN

SIZE = (64, 32)
ANCHORS = Anchors((((8.0, 8.0),), ((12.0, 12.0), (8.0, 24.0)), ((24.0, 24.0),)))
RUNGS = chosen_rungs(("all",))
MADE = [rung for rung in RUNGS if rung.name != "onnx-dynamic"]


class Silent:
    def start(self, step: str, total: int | None = None) -> None:
        pass


class Run:
    """A finished run of networks with few weights."""

    anchors = ANCHORS

    def load(self) -> MaskRCNN:
        keras = load_keras()
        keras.utils.set_random_seed(3)
        layers = keras.layers
        inputs = keras.Input((None, None, 1))
        features, objectness, deltas = [], [], []
        x = layers.AveragePooling2D(2)(inputs)
        for k in ANCHORS.per_level:
            x = layers.Conv2D(6, 3, strides=2, padding="same", activation="relu6")(x)
            features.append(x)
            objectness.append(layers.Conv2D(k, 1)(x))
            deltas.append(layers.Conv2D(4 * k, 1)(x))
        pyramid = keras.Model(inputs, [*features, *objectness, *deltas])
        roi = keras.Input((14, 14, 6))
        pooled = layers.GlobalAveragePooling2D()(roi)
        box_head = keras.Model(roi, layers.Dense(len(CLASSES) + 5)(pooled))
        mask = layers.Conv2DTranspose(len(CLASSES), 2, strides=2)(roi)
        return MaskRCNN(pyramid, box_head, keras.Model(roi, mask))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_strips(tmp_path_factory.mktemp("scenes") / "strips", {"train": 9, "holdout": 3})


@pytest.fixture(scope="module")
def forms(root: Path) -> InstanceForms:
    return convert_instances(Run(), open_data(root), [SIZE], Silent(), RUNGS)


def test_every_network_comes_in_every_form(forms: InstanceForms) -> None:
    assert list(forms.windows) == [SIZE]
    assert list(forms.named) == ["pyramid 64×32", "box head", "mask head"]
    for network in forms.named.values():
        assert set(MADE) <= set(network.forms) == set(network.parity)
    for name, shape in (("box head", (16, 14, 14, 6)), ("mask head", (8, 14, 14, 6))):
        files = forms.named[name].forms.values()
        assert {open_engine(content).input_shape for content in files} == {shape}


def test_a_form_that_a_network_cannot_be_had_in_is_left_out_with_its_reason(
    forms: InstanceForms,
) -> None:
    dynamic = NAMED["onnx-dynamic"]
    assert dynamic not in forms.windows[SIZE].forms
    assert "very slow on convolutions" in forms.windows[SIZE].refused[dynamic]


def test_all_forms_of_a_pyramid_say_the_same(forms: InstanceForms, root: Path) -> None:
    picture = calibration_windows(open_data(root), SIZE, count=1, seed=5).pictures
    said = {}
    for rung, content in forms.windows[SIZE].forms.items():
        maps = maps_of(open_engine(content).run_tensors(picture), ANCHORS, *SIZE[::-1])
        said[rung] = [t for level in (maps.features, maps.objectness, maps.deltas) for t in level]
    exact = [t.decoded() for t in said[EXACT]]
    for rung, tensors in said.items():
        for tensor, wanted in zip(tensors, exact, strict=True):
            near = 1e-4 if rung.precision == "float32" else max(16 * tensor.scale, 0.05)
            assert np.abs(tensor.decoded() - wanted).max() <= near


@pytest.mark.parametrize("rung", MADE, ids=str)
def test_the_forms_work_together_on_a_frame(forms: InstanceForms, rung: Rung) -> None:
    assert forms.mask_head is not None
    model = InstanceModel(
        {size: open_engine(pyramid.forms[rung]) for size, pyramid in forms.windows.items()},
        open_engine(forms.box_head.forms[rung]),
        open_engine(forms.mask_head.forms[rung]),
        classes=CLASSES,
        anchors=ANCHORS,
        rules=[ClassRule(0.05, 0)] * len(CLASSES),
    )
    frame = np.random.default_rng(0).integers(0, 256, (32, 64), dtype=np.uint8)
    assert all(np.isfinite([*f.box, f.score]).all() for f in model.candidates(frame))


def test_calibration_shows_every_class_of_train_and_the_same_each_time(root: Path) -> None:
    data = open_data(root)
    first, again = (calibration_windows(data, (32, 32), count=12) for _ in range(2))
    np.testing.assert_array_equal(first.pictures, again.pictures)
    assert first.pictures.shape == (12, 32, 32)
    assert first.pictures.min() < 60 and first.pictures.max() > 200
    assert all(len(boxes) for boxes in first.boxes)


def test_a_class_that_train_lacks_is_named(root: Path, tmp_path: Path) -> None:
    lacking = write_strips(tmp_path / "strips", {"train": 3})
    path = lacking / "instances_train.json"
    document = json.loads(path.read_text())
    document["annotations"] = [a for a in document["annotations"] if a["category_id"] == 1]
    path.write_text(json.dumps(document))
    with pytest.raises(DataError, match="outlines class 'bright'"):
        calibration_windows(open_data(lacking), (32, 32))


def test_a_conversion_that_computes_something_else_is_refused(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parity, "largest_difference", lambda *_: 0.02)
    with pytest.raises(ExportGateError, match=r"pyramid 64×32 converted to tflite .* 2\.00%"):
        convert_instances(Run(), open_data(root), [SIZE], Silent())
