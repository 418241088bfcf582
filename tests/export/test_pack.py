"""What is written on a bundle."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from edge.errors import ConfigError
from edge.preprocess import Geometry
from export.pack import Label, creation_time, frame_sizes, holdout_openings
from train.data import open_data


def run(*openings: tuple[str, str]) -> SimpleNamespace:
    logged = [SimpleNamespace(by=by, when=when) for by, when in openings]
    return SimpleNamespace(card=SimpleNamespace(holdout_openings=logged))


def test_openings_are_in_the_order_of_time_and_each_once() -> None:
    gate = run(("gate", "2024-05-01T10:00:00+02:00"), ("both", "2024-01-01T00:00:00Z"))
    classifier = run(("classifier", "2024-05-01T08:30:00Z"), ("both", "2024-01-01T00:00:00Z"))
    label = Label("x", "X.", False, "2024-06-01T00:00:00Z")
    openings = holdout_openings([gate, classifier], label)
    assert [o.by for o in openings] == ["both", "gate", "classifier", "millsight export x"]
    assert openings[-1].when == "2024-06-01T00:00:00Z"


def test_the_time_is_source_date_epoch_s(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert creation_time() == "2023-11-14T22:13:20Z"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1.5")
    with pytest.raises(ConfigError, match=r"SOURCE_DATE_EPOCH is '1\.5'"):
        creation_time()


@pytest.mark.parametrize(
    ("geometry", "says"),
    [
        (Geometry((32, 32), (32, 32)), "32–8192 × 32–8192"),
        (Geometry(None, (16, 16)), "64 × 32"),
    ],
    ids=["regions", "whole frames"],
)
def test_frames_of_which_sizes_are_taken(strips: Path, geometry: Geometry, says: str) -> None:
    assert str(frame_sizes(geometry, open_data(strips))) == says
