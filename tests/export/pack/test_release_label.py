"""What is written on a bundle."""

from __future__ import annotations

import pytest

from edge.core.errors import ConfigError
from export.pack.release_label import creation_time, holdout_openings
from export.settings import ReleaseLabel
from train.regions.card import RunOpening


def test_openings_are_in_the_order_of_time_and_each_once() -> None:
    both = RunOpening(by="both", when="2024-01-01T00:00:00Z")
    gate = RunOpening(by="gate", when="2024-05-01T10:00:00+02:00")
    classifier = RunOpening(by="classifier", when="2024-05-01T08:30:00Z")
    label = ReleaseLabel("x", "X.", False, "2024-06-01T00:00:00Z")
    openings = holdout_openings([gate, both, classifier, both], label)
    assert [o.by for o in openings] == ["both", "gate", "classifier", "millsight export x"]
    assert openings[-1].when == "2024-06-01T00:00:00Z"


def test_the_time_is_source_date_epoch_s(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert creation_time() == "2023-11-14T22:13:20Z"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1.5")
    with pytest.raises(ConfigError, match=r"SOURCE_DATE_EPOCH is '1\.5'"):
        creation_time()
