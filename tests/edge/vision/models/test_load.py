"""A bundle's models come as its manifest describes them."""

from __future__ import annotations

import pytest

from edge.bundle import Bundle
from edge.vision.models import load
from edge.vision.models.load import (
    EngineChoice,
    ModelLoader,
    default_choice,
    instance_engines,
)
from tests.edge.bundle.samples import FILES, INSTANCE_FILES, manifest, with_instances
from tests.edge.fakes import SilentEngine


@pytest.fixture
def opened(monkeypatch):
    """What was opened, by the engine that was made of it; the sample's networks are none."""
    contents = {}

    def open_engine(model, *, name, threads):
        engine = SilentEngine()
        engine.name, engine.threads = name or "first", threads
        contents[engine] = model
        return engine

    monkeypatch.setattr(load, "open_engine", open_engine)
    return contents


def test_the_instance_model_is_made_of_its_networks(opened):
    bundle = Bundle(manifest(**with_instances()), FILES | INSTANCE_FILES, "0" * 64)
    model = ModelLoader(bundle, None, "int8", 2).instances()
    assert {name: opened[engine] for name, engine in instance_engines(model).items()} == {
        "pyramid 64×32": b"pyramid-64x32 in int8",
        "box head": b"box-head in float32",
        "mask head": b"mask-head in float32",
    }
    assert model.sizes == ((64, 32),) and model.classes == ("spot", "streak")
    assert model.anchors.per_level == (1, 1, 1)
    assert [(rule.score, rule.min_area_px) for rule in model.rules] == [(0.5, 4), (0.6, 9)]


def test_a_bundle_without_them_gives_the_gate_alone(opened):
    loader = ModelLoader(Bundle(manifest(), FILES, "0" * 64), None, "int8", 2)
    assert loader.instances() is None and loader.classifier() is None
    gate = loader.gate()
    assert opened[gate.engine] == b"int8 network"
    assert (gate.temperature, gate.geometry.region) == (1.5, (32, 32))


def test_each_stage_can_have_its_own_choice(opened):
    bundle = Bundle(manifest(**with_instances()), FILES | INSTANCE_FILES, "0" * 64)
    stages = {"gate": EngineChoice("tflite", "float32", 3)}
    loader = ModelLoader(bundle, "litert", "int8", 1, stages)
    gate, outlines = loader.gate(), loader.instances()
    assert opened[gate.engine] == b"float network"
    assert (gate.engine.name, gate.engine.threads) == ("tflite", 3)
    assert (outlines.box_head.name, outlines.box_head.threads) == ("litert", 1)
    assert loader.choice("instances") == EngineChoice("litert", "int8", 1)


@pytest.mark.parametrize(("cores", "threads"), [(None, 1), (1, 1), (2, 2), (64, 2)])
def test_the_default_is_two_threads_where_there_are_cores(cores, threads, monkeypatch):
    monkeypatch.setattr("edge.vision.models.load.os.cpu_count", lambda: cores)
    assert default_choice() == EngineChoice(None, "int8", threads)
