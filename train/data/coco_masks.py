"""COCO's three ways to write a mask (polygons, counts, compressed counts) as runs."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from pycocotools import mask as coco_mask

from edge.core.errors import LabelError
from edge.core.rle import (
    Runs,
    mask_from_coco,
    mask_from_coco_counts,
    mask_to_runs,
)


def segmentation_runs(segmentation: Any, height: int, width: int) -> Runs | None:
    """Runs [n, 2] of an annotation's ``segmentation``; None where there is none.

    Raises:
        LabelError: It is of no known form, is for another size, or covers no pixel.
    """
    if not segmentation:
        return None
    if isinstance(segmentation, dict):
        runs = _run_length_runs(segmentation, height, width)
    elif isinstance(segmentation, list):
        runs = _polygon_runs(segmentation, height, width)
    else:
        raise LabelError("its segmentation is neither run lengths nor polygons")
    if not len(runs):
        raise LabelError("its mask is empty", "Draw it again, or delete the annotation")
    return runs


def _run_length_runs(rle: dict[str, Any], height: int, width: int) -> Runs:
    size, counts = rle.get("size"), rle.get("counts")
    if size != [height, width]:
        raise LabelError(f"its mask is for size {size}, its image is [{height}, {width}]")
    if isinstance(counts, str):
        return mask_to_runs(mask_from_coco({"size": [height, width], "counts": counts}))
    if isinstance(counts, list):
        return mask_to_runs(mask_from_coco_counts(counts, height, width))
    raise LabelError("its run lengths have no counts")


def _polygon_runs(polygons: list[Any], height: int, width: int) -> Runs:
    for polygon in polygons:
        if not isinstance(polygon, list) or len(polygon) < 6 or len(polygon) % 2:
            raise LabelError("a polygon is not a list of at least three x, y pairs")
        if not all(_is_number(v) for v in polygon):
            raise LabelError("a polygon holds something that is not a number")
        # The rasterizer walks every pixel of an outline, however far away it lies.
        for values, size in ((polygon[::2], width), (polygon[1::2], height)):
            if min(values) < -size or max(values) > 2 * size:
                raise LabelError(f"a polygon reaches far outside its {width}×{height} image")
    drawn = coco_mask.decode(coco_mask.merge(coco_mask.frPyObjects(polygons, height, width)))
    return mask_to_runs(drawn.astype(np.bool_))


def _is_number(value: Any) -> bool:
    try:
        return isinstance(value, int | float) and math.isfinite(value)
    except OverflowError:
        return False
