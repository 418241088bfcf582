"""A trained or exported peer model, called as its documentation describes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST = 100
"""Most instances of a frame, the number that the COCO metrics use."""


class Peer:
    """Finds instances.

    Args:
        path: Weights, or an export.
        size: Width and height of its input in pixels; smaller frames are padded.
        task: ``detect`` or ``segment``.
        score: Lowest score of an instance.
        threads: Number of CPUs that it may use.
    """

    def __init__(
        self, path: Path, size: tuple[int, int], task: str, score: float, threads: int
    ) -> None:
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
        import torch

        from benchmarks.peers.yolo.quiet import YOLO

        self._model = YOLO(str(path), task=task)
        self._settings = {
            "imgsz": [size[1], size[0]],
            "conf": score,
            "max_det": MOST,
            "retina_masks": True,
            "device": "cpu",
            "verbose": False,
        }
        blank = np.zeros((size[1], size[0]), np.uint8)
        self(blank)
        # Ultralytics sets the number of threads itself when it loads a model.
        torch.set_num_threads(threads)
        self(blank)

    def __call__(self, pixels: NDArray[np.uint8]) -> Any:
        """Ultralytics' result for a grey frame [lines, columns]: boxes and masks in its pixels."""
        return self._model.predict(pixels[..., np.newaxis], **self._settings)[0]
