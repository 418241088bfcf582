"""Frames of a line's width, composed of the strips of one split.

Unlike those of ``benchmarks.bands`` they contain random strips, most of them defective, because
they are used to time the search for instances, which a clean frame does not need.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.bands import MOSAIC, Mosaic
from train.data.sample import Sample


def dense_frames(samples: Sequence[Sample], most: int, seed: int = 0) -> list[Mosaic]:
    """Mosaics of strips drawn without repetition, without labels.

    Args:
        samples: Strips of one split and size; a frame holds as many as fit into 1600×256.
        most: Most frames.
        seed: Seed of the draw.

    Returns:
        The mosaics; empty if strips differ in size, do not fill a line's width, or are too few.
    """
    sizes = {(sample.width, sample.height) for sample in samples}
    if len(sizes) != 1:
        return []
    ((width, height),) = sizes
    across, down = MOSAIC[0] // width, MOSAIC[1] // height
    places = across * down
    if not places or MOSAIC[0] % width:
        return []
    order = np.random.default_rng(seed).permutation(len(samples))
    drawn = [samples[i] for i in order[: len(samples) // places * places]]
    starts = range(0, min(len(drawn), most * places), places)
    return [
        Mosaic(
            path=Path(f"frame {number}"),
            width=across * width,
            height=down * height,
            instances=(),
            group=f"frame {number}",
            split=samples[0].split,
            parts=tuple(drawn[start : start + places]),
        )
        for number, start in enumerate(starts)
    ]
