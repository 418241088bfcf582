"""Run-length codecs on a frame full of defects."""

from __future__ import annotations

import numpy as np
import pytest

from edge.core import rle
from edge.simulator import StripSimulator


@pytest.fixture(scope="module")
def mask():
    drawn = StripSimulator(seed=3, defect_rate=1.0).draw(0)
    return np.logical_or.reduce([defect.mask for defect in drawn.defects])


def test_encode_kaggle(benchmark, mask):
    benchmark(rle.mask_to_kaggle, mask)


def test_decode_kaggle(benchmark, mask):
    benchmark(rle.mask_from_kaggle, rle.mask_to_kaggle(mask), *mask.shape)


def test_encode_coco(benchmark, mask):
    benchmark(rle.mask_to_coco, mask)


def test_decode_coco(benchmark, mask):
    benchmark(rle.mask_from_coco, rle.mask_to_coco(mask))
