import pytest

from edge.core.errors import ConfigError
from tests.train.instances.frames import sample
from train.instances.plan import RECIPES, InstancesPlan
from train.instances.scenes import make_scene
from train.networks.pyramid import TRUNKS


def test_every_trunk_has_a_recipe():
    assert set(RECIPES) == set(TRUNKS)


@pytest.mark.parametrize("window", [(400, 120), (200, 128), (8, 16)])
def test_a_window_must_be_halved_four_times(window):
    with pytest.raises(ConfigError, match="multiples of 16"):
        InstancesPlan(window, "compact", RECIPES["compact"])


def test_an_epoch_covers_the_frames():
    scenes = [make_scene(sample(size=size)) for size in ((400, 128), (401, 128), (100, 300))]
    plan = InstancesPlan((400, 128), "compact", RECIPES["compact"])
    assert plan.count(scenes) == 1 + 2 + 3
    fixed = InstancesPlan((400, 128), "compact", RECIPES["compact"], items_per_epoch=7)
    assert fixed.count(scenes) == 7
