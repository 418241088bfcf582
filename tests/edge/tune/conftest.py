"""A device with toy engines."""

from __future__ import annotations

import pytest

from edge.vision.engines import base
from edge.vision.models import load
from tests.edge.tune.toy import KINDS, ToyInstances


@pytest.fixture
def engines(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Its engines are toys, and instances are blobs."""
    kinds = {
        name: base._Kind(format_, "tests.edge.tune.toy", name.capitalize(), "numpy", "")
        for name, format_ in KINDS.items()
    }
    monkeypatch.setattr(base, "_ENGINES", kinds)
    monkeypatch.setattr(load, "instance_model", lambda stage, loaded, names: ToyInstances(loaded))
    return monkeypatch
