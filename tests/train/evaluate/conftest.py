"""Frames on which brightness alone tells what is there."""

from __future__ import annotations

import numpy as np
import pytest

from edge.core.images import write_image
from tests.edge import fakes
from train.data.sample import Instance, Sample

LEVELS = (40, 120, 130, 149, 151, 160, 200, 244, 246, 255)
"""Brightness of a region: clean, then suspicious and cleared, a spot, and from 246 on a streak."""


@pytest.fixture(scope="session")
def spotted(tmp_path_factory: pytest.TempPathFactory) -> list[Sample]:
    """Frames of 60×20, six regions each, one spot in some of them; two frames a group."""
    folder = tmp_path_factory.mktemp("frames")
    random = np.random.default_rng(0)
    made = []
    for number in range(8):
        spots = [
            (20 * i + 5, 10 * j + 5, int(random.choice(LEVELS))) for i in range(3) for j in (0, 1)
        ]
        path = folder / f"{number}.png"
        write_image(path, fakes.strip(*spots))
        shown = tuple(Instance(0, (x, y, 1.0, 1.0)) for x, y, level in spots if level >= 150)
        made.append(Sample(path, 60, 20, shown, f"group {number // 2}", "val"))
    return made
