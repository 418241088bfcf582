"""What is measured of a bundle that outlines."""

from __future__ import annotations

import pytest

from edge.bench import bench
from edge.bundle import Bundle
from edge.vision.cascade import Cascade
from edge.vision.models.load import EngineChoice
from tests.edge import fakes
from tests.edge.bundle.samples import FILES, INSTANCE_FILES, manifest, with_instances

BUNDLE = Bundle(manifest(**with_instances()), FILES | INSTANCE_FILES, "0" * 64)


def with_instances_of(monkeypatch, instances, **more):
    cascade = fakes.cascade(classify=False, instances=instances)
    monkeypatch.setattr(Cascade, "from_bundle", lambda *args, **more: cascade)
    monkeypatch.setattr(bench, "peak_mib", lambda model, **more: float(len(model)))
    # Half of the frames have a defect.
    pictures = [fakes.strip((5, 5, 220)), fakes.strip()]
    monkeypatch.setattr(bench, "_pictures", lambda size: pictures)
    return bench.measure(BUNDLE, frames=10, size=(20, 60), **more)


def test_each_instance_network_has_a_row(monkeypatch):
    instances = fakes.BlobInstances()
    instances.pyramids = {(64, 32): fakes.SilentEngine()}
    figures = with_instances_of(monkeypatch, instances)
    rows = {row["model"]: row for row in figures["models"]}
    assert list(rows) == ["gate", "instances: pyramid 64×32", "instances: box head"]
    assert rows["instances: pyramid 64×32"]["precision"] == "int8"
    # Its heads are packed in float32 alone.
    assert rows["instances: box head"]["precision"] == "float32"
    assert rows["instances: box head"]["peak_mib"] == len(b"box-head in float32")


def test_a_plan_s_stages_have_their_own_precisions(monkeypatch):
    instances = fakes.BlobInstances()
    instances.pyramids = {(64, 32): fakes.SilentEngine()}
    stages = {"gate": EngineChoice("litert", "float32", 1)}
    figures = with_instances_of(monkeypatch, instances, stages=stages)
    found = {row["model"]: row["precision"] for row in figures["models"]}
    assert found["gate"] == "float32" and found["instances: pyramid 64×32"] == "int8"


def test_outlines_are_timed_on_whole_frames_and_on_defective_ones(monkeypatch):
    figures = with_instances_of(monkeypatch, fakes.BlobInstances(seconds=0.005))
    whole, outlined = figures["instances"], figures["cascade_outlined"]
    assert whole["p50"] >= 5 and (whole["host_p50"], whole["engine_p50"]) == (1.0, 1.0)
    assert outlined["p50"] >= 5


@pytest.mark.parametrize("instances", [None, fakes.BlobInstances()])
def test_what_there_is_not_is_null(monkeypatch, instances):
    monkeypatch.setattr(fakes, "strip", lambda *spots: fakes.np.full((20, 60), 40, "uint8"))
    figures = with_instances_of(monkeypatch, instances)
    assert figures["cascade_outlined"] is None
    assert (figures["instances"] is None) is (instances is None)
