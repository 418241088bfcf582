"""ROIAlign (He et al. 2017, §3) as four gathers, for training.

``edge.vision.instances.roialign`` is the line's implementation; a test checks that both agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from edge.vision.instances.anchors import STRIDES
from train.backend import load_keras


def roi_align(levels: Sequence[Any], boxes: Any, size: int = 14) -> Any:
    """Features of boxes, [b, n, size, size, c] float32, differentiable with respect to the maps.

    Each of size × size bins is sampled bilinearly at its centre; cells beyond the border repeat the
    border. ``level_of`` selects the level of a box.

    Args:
        levels: Maps [b, h, w, c] of strides 4, 8 and 16.
        boxes: Corners in px, [b, n, 4].
        size: Bins per side.
    """
    ops = load_keras().ops
    batch, channels = ops.shape(levels[0])[0], levels[0].shape[-1]
    flat = ops.concatenate([ops.reshape(m, (batch, -1, channels)) for m in levels], axis=1)
    cells = ops.shape(flat)[1]
    flat = ops.reshape(flat, (-1, channels))

    level = level_of(boxes)
    stride, width, height, first = (ops.take(table, level) for table in _tables(levels))
    first = first + cells * ops.arange(batch, dtype="int32")[:, None]
    x0, x1, right = _cells(boxes[..., 0], boxes[..., 2], stride, width, size)
    y0, y1, below = _cells(boxes[..., 1], boxes[..., 3], stride, height, size)
    upper = first[..., None] + y0 * width[..., None]
    lower = first[..., None] + y1 * width[..., None]

    right, below = right[:, :, None, :, None], below[:, :, :, None, None]

    def row(start: Any) -> Any:
        left = ops.take(flat, start[..., None] + x0[:, :, None], axis=0)
        return left + right * (ops.take(flat, start[..., None] + x1[:, :, None], axis=0) - left)

    top = row(upper)
    return top + below * (row(lower) - top)


def level_of(boxes: Any) -> Any:
    """Pyramid level index of boxes [.., 4] (Lin et al., Feature pyramid networks, 2017, eq. 1).

    k = ⌊4 + log2(√(wh) / 224)⌋, clipped to levels 2 to 4, minus 2.
    """
    ops = load_keras().ops
    area = (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])
    root = ops.sqrt(ops.maximum(area, 1e-6))
    # Thresholds instead of a logarithm, whose rounding would differ from the line's.
    return ops.cast(root >= 112, "int32") + ops.cast(root >= 224, "int32")


def _tables(levels: Sequence[Any]) -> tuple[Any, Any, Any, Any]:
    """Stride, width, height, and index of the first flattened cell of each level."""
    ops = load_keras().ops
    widths = [ops.shape(m)[2] for m in levels]
    heights = [ops.shape(m)[1] for m in levels]
    first, starts = 0, []
    for width, height in zip(widths, heights, strict=True):
        starts.append(first)
        first = first + width * height
    tables = [ops.stack([ops.cast(v, "int32") for v in vs]) for vs in (widths, heights, starts)]
    return ops.convert_to_tensor(STRIDES, "float32"), *tables


def _cells(low: Any, high: Any, stride: Any, count: Any, size: int) -> tuple[Any, Any, Any]:
    """The cells before and after each bin's centre along one axis, and the weight of the latter."""
    ops = load_keras().ops
    centres = (ops.arange(size, dtype="float32") + 0.5) / size
    at = low[..., None] + centres * (high - low)[..., None]
    last = count[..., None] - 1
    at = ops.clip(at / stride[..., None] - 0.5, 0.0, ops.cast(last, "float32"))
    before = ops.cast(ops.floor(at), "int32")
    return before, ops.minimum(before + 1, last), at - ops.cast(before, "float32")
