"""Which sizes of frame the networks take."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.core.geometry import Geometry
from export.score.frame_sizes import frame_sizes
from train.data import open_data


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
