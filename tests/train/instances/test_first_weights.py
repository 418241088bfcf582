import numpy as np
import pytest

from edge.core.errors import TrainingError
from train.instances.finished import read_instances_run
from train.instances.first_weights import start_networks_from
from train.networks.compact import compact_wide
from train.networks.mask_rcnn import build_mask_rcnn


@pytest.fixture
def untrained(finished):
    return build_mask_rcnn(2, read_instances_run(finished[0]).anchors, masks=True)


def test_a_run_of_its_own_kind_fills_all_three(finished, untrained):
    start_networks_from(untrained, finished[0])
    trained = read_instances_run(finished[0]).load()
    for name in ("pyramid", "box_head", "mask_head"):
        mine, theirs = getattr(untrained, name), getattr(trained, name)
        for one, other in zip(mine.variables, theirs.variables, strict=True):
            np.testing.assert_array_equal(np.array(one), np.array(other))


def test_a_classifier_fills_the_trunk(untrained, tmp_path):
    classifier = compact_wide((64, 96, 1), 8)
    classifier.save(tmp_path / "model.keras")
    before = np.array(untrained.box_head.variables[0])
    start_networks_from(untrained, tmp_path / "model.keras")
    kernel = untrained.pyramid.get_layer("conv_pw_7").kernel
    np.testing.assert_array_equal(
        np.array(kernel), np.array(classifier.get_layer("conv_pw_7").kernel)
    )
    np.testing.assert_array_equal(np.array(untrained.box_head.variables[0]), before)


def test_what_fits_nowhere_is_refused(untrained, tmp_path):
    np.savez(tmp_path / "w.npz", other__kernel=np.zeros(3))
    with pytest.raises(TrainingError, match="none of the weights match"):
        start_networks_from(untrained, tmp_path / "w.npz")
