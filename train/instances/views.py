"""Geometry of a training window: its view of the frame, and the defects visible in it.

A window shows a part of the frame, at the frame's scale or zoomed, possibly mirrored, possibly with
the strip's edge in view. One affine transform moves pixels, boxes and masks. Where a window reaches
beyond the frame, the border's pixels are repeated, as beside the line.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.core.frame import Pixels
from edge.vision.instances.boxes import with_area
from train.augment.conditions import with_strip_edge
from train.data.tiles import ENOUGH_PX, ENOUGH_SHARE
from train.instances.scenes import Scene

LEAST_PX = 4
"""Fewest pixels of a defect that must be visible for it to count in a window."""


@dataclass(frozen=True, slots=True)
class WindowView:
    """Transform from a frame to a window.

    Attributes:
        size: Width and height of the window.
        start: x and y in frame px of the window's top left corner, before mirroring.
        zoom: Window pixels per frame pixel, across and along.
        flip: Whether the window is mirrored across and along.
        left: Black columns before the strip; below 0 its edge lies just outside the window.
        right: Black columns after the strip; likewise.
        slant: Horizontal drift of the strip's edge from the first line to the last, in px.
    """

    size: tuple[int, int]
    start: tuple[float, float]
    zoom: tuple[float, float] = (1.0, 1.0)
    flip: tuple[bool, bool] = (False, False)
    left: int = 0
    right: int = 0
    slant: float | None = None

    def scale_and_offset(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Scale and offset per axis from frame to window coordinates: s · p + o."""
        size, zoom = np.array(self.size, np.float64), np.array(self.zoom)
        squeezed = np.array([(self.size[0] - max(self.left, 0) - max(self.right, 0)), size[1]])
        scale = zoom * squeezed / size
        offset = -np.array(self.start) * scale
        flip = np.array(self.flip)
        scale, offset = np.where(flip, -scale, scale), np.where(flip, squeezed - offset, offset)
        return scale, offset + np.array([max(self.left, 0), 0])

    def moved(self, boxes: NDArray[np.float32]) -> NDArray[np.float32]:
        """Corners [n, 4] in the window, not clipped, of boxes given in the frame."""
        scale, offset = self.scale_and_offset()
        corners = boxes.reshape(-1, 2, 2) * scale + offset
        ordered = np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1)
        return np.asarray(ordered, np.float32)

    def cut(self, pixels: Pixels, out: Pixels) -> None:
        """Write the window [height, width] of a frame [lines, columns] into ``out``."""
        self._warp(pixels, (0, 0), out, cv2.BORDER_REPLICATE)
        if self.slant is not None:
            px, side = (self.left, "left") if self.left else (self.right, "right")
            out[...] = with_strip_edge(out, px, side, self.slant)

    def cut_mask(self, mask: Pixels, corner: tuple[float, float], out: Pixels) -> None:
        """Write a defect's mask, placed at ``corner`` of the frame, into ``out`` as 0 and 1.

        Args:
            mask: Mask of the defect's box, [lines, columns], 0 or 255.
            corner: x and y in frame px of the box's top left corner.
            out: The window's mask, [height, width].
        """
        self._warp(mask, corner, out, cv2.BORDER_CONSTANT)
        out >>= 7
        left, right = self.seen
        out[:, :left] = 0
        out[:, right:] = 0

    @property
    def seen(self) -> tuple[int, int]:
        """First column of the window that shows strip, and the column after the last."""
        return max(self.left, 0), self.size[0] - max(self.right, 0)

    def _warp(self, pixels: Pixels, corner: tuple[float, float], out: Pixels, border: int) -> None:
        scale, offset = self.scale_and_offset()
        # OpenCV puts pixel centres at integers; our coordinates put pixel edges there.
        shift = scale * (np.array(corner) + 0.5) + offset - 0.5
        if abs(scale[0]) == abs(scale[1]) == 1.0 and np.array_equal(shift, np.rint(shift)):
            how = cv2.INTER_NEAREST
        else:
            how = cv2.INTER_LINEAR
        matrix = np.array([[scale[0], 0, shift[0]], [0, scale[1], shift[1]]])
        cv2.warpAffine(pixels, matrix, self.size, dst=out, flags=how, borderMode=border)


@dataclass(frozen=True, slots=True, eq=False)
class VisibleDefects:
    """The defects visible in a window.

    Attributes:
        boxes: Corners in window px, clipped to the window, [n, 4] float32.
        classes: Class from 1, [n] int32.
        masks: [n, height, width] uint8, 0 or 1; zeros for a defect without a mask.
        has_mask: Whether each defect has a mask, [n] bool.
    """

    boxes: NDArray[np.float32]
    classes: NDArray[np.int32]
    masks: NDArray[np.uint8]
    has_mask: NDArray[np.bool_]


def visible_defects(scene: Scene, view: WindowView, limit: int) -> VisibleDefects:
    """Defects of a scene visible in a view, at most the largest ``limit`` of them.

    A defect counts by the rule of ``train.data.tiles`` (16 px or 30 % of its width, and the same
    for its height) if at least four of its pixels are visible.
    """
    width, height = view.size
    whole = view.moved(scene.boxes)
    left, right = view.seen
    low = np.array([left, 0, left, 0], np.float32)
    inside = np.clip(whole, low, np.array([right, height, right, height], np.float32))
    held, full = inside[:, 2:] - inside[:, :2], whole[:, 2:] - whole[:, :2]
    enough = ((held >= ENOUGH_PX) | (held >= ENOUGH_SHARE * full)).all(axis=1)
    enough &= with_area(inside) & (held.prod(axis=1) >= LEAST_PX)
    chosen = np.flatnonzero(enough)
    chosen = chosen[np.argsort(-held[chosen].prod(axis=1), kind="stable")][:limit]
    masks = np.zeros((len(chosen), height, width), np.uint8)
    kept = np.ones(len(chosen), np.bool_)
    for row, i in enumerate(chosen):
        mask = scene.masks[i]
        if mask is None:
            continue
        x, y = scene.boxes[i, :2].tolist()
        view.cut_mask(mask, (x, y), masks[row])
        kept[row] = cv2.countNonZero(masks[row]) >= LEAST_PX
        if kept[row]:
            across, along, w, h = cv2.boundingRect(masks[row])
            inside[i] = across, along, across + w, along + h
    has_mask = np.array([scene.masks[i] is not None for i in chosen], np.bool_)
    rows = chosen[kept]
    return VisibleDefects(inside[rows], scene.classes[rows], masks[kept], has_mask[kept])
