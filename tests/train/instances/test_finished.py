import json
import shutil

import numpy as np
import pytest

from edge.core.errors import MissingPathError, TrainingError
from tests.train.instances.frames import CLASSES
from train.instances.evaluating import as_model
from train.instances.finished import read_instances_run


def test_a_finished_run_gives_networks_that_find(finished):
    run = read_instances_run(finished[0])
    assert run.card.classes == CLASSES
    assert run.card.window == (96, 64)
    network = run.load()
    assert run.anchors.per_level == (3, 3, 3)
    model = as_model(network, run.card.window, run.anchors, run.card.classes)
    frame = np.full((64, 96), 128, np.uint8)
    assert isinstance(model.candidates(frame, score=0.0), list)
    with pytest.raises(ValueError, match="compile"):
        network.pyramid.train_on_batch(np.zeros((1, 64, 96, 1)))


@pytest.fixture
def copied(finished, tmp_path):
    return shutil.copytree(finished[0], tmp_path / "run")


@pytest.mark.parametrize("name", ["card.json", "pyramid.keras", "box_head.keras"])
def test_an_unfinished_run_is_named(copied, name):
    (copied / name).unlink()
    with pytest.raises(MissingPathError, match=f"{name} is missing"):
        read_instances_run(copied)


@pytest.mark.parametrize("name", ["pyramid.keras", "box_head.keras", "mask_head.keras"])
def test_a_damaged_network_is_named(copied, name):
    (copied / name).write_bytes(b"no network")
    with pytest.raises(TrainingError, match=f"{name} cannot be loaded"):
        read_instances_run(copied).load()


@pytest.mark.parametrize(
    "change", [{"classes": ["one"]}, {"anchors": [[[8, 8]], [[16, 16]], [[32, 32]]]}]
)
def test_networks_that_are_not_the_cards_are_refused(copied, change):
    card = json.loads((copied / "card.json").read_text()) | change
    (copied / "card.json").write_text(json.dumps(card))
    with pytest.raises(TrainingError, match="do not match the card"):
        read_instances_run(copied).load()


def test_the_card_of_another_kind_of_run_is_refused(copied):
    card = json.loads((copied / "card.json").read_text()) | {"task": "binary"}
    (copied / "card.json").write_text(json.dumps(card))
    with pytest.raises(TrainingError, match=r"card\.json is invalid at task"):
        read_instances_run(copied)
