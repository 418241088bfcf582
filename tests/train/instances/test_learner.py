from __future__ import annotations

import numpy as np
import pytest

from edge.vision.instances.anchors import Anchors
from train.backend import load_keras
from train.instances.targets import rpn_targets
from train.networks.mask_rcnn import build_mask_rcnn

WIDTH, HEIGHT, PLACES = 64, 48, 3
ANCHORS = Anchors((((12.0, 12.0),), ((24.0, 24.0),), ((40.0, 40.0),)))


def learner(*, masks):
    from train.instances.learner import Learner

    keras = load_keras()
    keras.utils.set_random_seed(0)
    made = Learner(build_mask_rcnn(2, ANCHORS, masks=masks), ANCHORS, (WIDTH, HEIGHT))
    made.compile(optimizer=keras.optimizers.Adam(1e-3), jit_compile=False)
    return made


def batch(instances=1, has_mask=True, masks=True):
    """Two windows; the first has bright squares."""
    rng = np.random.default_rng(0)
    images = rng.uniform(0.4, 0.5, (2, HEIGHT, WIDTH, 1)).astype(np.float32)
    boxes = np.zeros((2, PLACES, 4), np.float32)
    classes = np.zeros((2, PLACES), np.int32)
    pixels = np.zeros((2, PLACES, HEIGHT, WIDTH), np.uint8)
    for i in range(instances):
        boxes[0, i] = 4 + 20 * i, 8, 18 + 20 * i, 22
        classes[0, i] = 1 + i % 2
        pixels[0, i, 8:22, 4 + 20 * i : 18 + 20 * i] = 1
        images[0, 8:22, 4 + 20 * i : 18 + 20 * i] = 0.9
    anchors = ANCHORS.boxes(HEIGHT, WIDTH)
    targets = [rpn_targets(anchors, b[c > 0], rng) for b, c in zip(boxes, classes, strict=True)]
    made = {
        "images": images,
        "rpn_labels": np.stack([labels for labels, _ in targets]),
        "rpn_deltas": np.stack([deltas for _, deltas in targets]),
        "boxes": boxes,
        "classes": classes,
    }
    if masks:
        made |= {"masks": pixels, "has_mask": np.full((2, PLACES), has_mask, np.float32)}
    return made


@pytest.fixture(scope="module")
def untrained():
    return learner(masks=True)


@pytest.fixture
def with_masks(untrained):
    """Untrained again after each test that trains it: building one anew takes seconds."""
    before = [np.array(variable) for variable in untrained.variables]
    yield untrained
    for variable, value in zip(untrained.variables, before, strict=True):
        variable.assign(value)


def losses(model, made):
    return {name: float(loss) for name, loss in model(made, training=True).items()}


def test_the_losses_of_an_untrained_network_are_those_of_no_knowledge(with_masks):
    found = losses(with_masks, batch())
    assert found["head_class"] == pytest.approx(np.log(3), rel=0.1)
    assert found["mask"] == pytest.approx(np.log(2), rel=0.15)


def test_a_window_without_instance_teaches_background_and_nothing_else(with_masks):
    found = losses(with_masks, batch(instances=0))
    assert np.isfinite(list(found.values())).all()
    assert found["rpn_box"] == found["head_box"] == found["mask"] == 0
    assert found["head_class"] > 0


def test_instances_without_mask_leave_the_mask_head_alone(with_masks):
    found = losses(with_masks, batch(has_mask=False))
    assert found["mask"] == 0
    assert found["head_box"] > 0


def test_steps_lower_the_loss_and_each_part_is_told(with_masks):
    model, told = with_masks, []
    for _ in range(12):
        model.reset_metrics()
        told.append(model.train_on_batch(batch(instances=2), return_dict=True))
    parts = {"rpn_class", "rpn_box", "head_class", "head_box", "mask"}
    assert set(told[0]) == parts | {"loss"}
    assert float(told[0]["loss"]) == pytest.approx(sum(float(told[0][p]) for p in parts), rel=1e-4)
    assert np.mean([float(t["loss"]) for t in told[-3:]]) < 0.8 * float(told[0]["loss"])
    assert all(np.isfinite(np.array(v)).all() for v in model.trainable_variables)
    moving = np.array(model.pyramid.get_layer("conv1_bn").moving_variance)
    assert (moving < 0.97**11).all()


def test_without_masks_a_batch_needs_none():
    model = learner(masks=False)
    found = losses(model, batch(masks=False))
    assert "mask" not in found
    assert np.isfinite(list(found.values())).all()


def test_proposals_are_no_way_for_gradients():
    """The heads' losses reach the trunk through the features they read, never through the boxes."""
    import tensorflow as tf

    model = learner(masks=False)
    with tf.GradientTape() as tape:
        found = model(batch(masks=False), training=True)
        heads = found["head_class"] + found["head_box"]
    objectness = model.pyramid.get_layer("objectness_0").trainable_variables
    trunk = model.pyramid.get_layer("conv1").trainable_variables
    slopes = tape.gradient(heads, [*objectness, *trunk])
    assert slopes[:2] == [None, None]
    assert np.abs(slopes[2]).max() > 0
