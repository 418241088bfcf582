"""Pictures of frames with their defects drawn, readable at arm's length."""

from __future__ import annotations

import re
import time
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.errors import UnwritableError
from edge.files import make_folder
from edge.frame import Frame, Pixels
from edge.images import write_image
from edge.inspection import Inspection, Level
from edge.masks import mask_from_coco
from edge.sinks.base import Sink

# Paul Tol's bright scheme (personal.sron.nl/~pault), told apart by colour-blind eyes too; BGR.
_PALETTE = (
    (51, 187, 238),
    (119, 51, 238),
    (136, 204, 34),
    (238, 170, 51),
    (119, 102, 204),
    (187, 187, 0),
    (68, 119, 238),
)
_UNNAMED = (200, 200, 200)
_MIN_WIDTH = 800
"""Narrower frames are enlarged until a label on them can be read, in pixels."""


class Pictures(Sink):
    """Writes a JPEG of each defective frame into a folder.

    Their names begin with the time at which the run began, so that no run replaces another's.

    Args:
        folder: Created if it is missing.
        classes: Class names in the bundle's order: each keeps one colour.
        every: Also draw frames without a defect.
        limit: Stop after so many pictures, so that a bad coil does not fill the disk; the rest
            are counted in ``left_out``.
        tolerant: Count a picture that cannot be written rather than raise: beside the line a full
            disk must not end the inspection.
    """

    def __init__(
        self,
        folder: Path,
        classes: tuple[str, ...],
        *,
        every: bool = False,
        limit: int | None = None,
        tolerant: bool = False,
    ) -> None:
        make_folder(folder)
        self._folder = folder
        self._classes = classes
        self._every = every
        self._limit = limit
        self._tolerant = tolerant
        self._start = time.strftime("%Y%m%dT%H%M%S")
        self.written = 0

    def write(self, inspection: Inspection, frame: Frame | None) -> None:
        """Draw and write one frame, if it is wanted."""
        if frame is None or not (self._every or inspection.defective):
            return
        if self._limit is not None and self.written >= self._limit:
            self.left_out += 1
            return
        stem = f"{self._start}-{inspection.frame:08d}-{_file_stem(inspection.source)}"
        try:
            write_image(self._folder / f"{stem}.jpg", draw(frame.pixels, inspection, self._classes))
        except UnwritableError:
            if not self._tolerant:
                raise
            self.left_out += 1
            return
        self.written += 1


def _file_stem(source: str) -> str:
    return re.sub(r"[^\w.-]+", "_", Path(source).stem)[:60] or "frame"


def colour(class_name: str, classes: tuple[str, ...]) -> tuple[int, int, int]:
    """The class's colour, BGR."""
    if class_name not in classes:
        return _UNNAMED
    return _PALETTE[classes.index(class_name) % len(_PALETTE)]


def draw(pixels: Pixels, inspection: Inspection, classes: tuple[str, ...]) -> NDArray[np.uint8]:
    """A picture [lines, columns, 3] uint8 BGR of a frame with its defects and a caption below."""
    scale = max(1, -(-_MIN_WIDTH // pixels.shape[1]))
    picture = cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_GRAY2BGR)
    if scale > 1:
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_NEAREST)
    for defect in inspection.defects:
        ink = colour(defect.class_name, classes)
        x, y, w, h = (scale * side for side in defect.box)
        if defect.mask is not None:
            mask = mask_from_coco(defect.mask).astype(np.uint8)
            outlines = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]
            cv2.polylines(picture, [outline * scale for outline in outlines], True, ink, 2)
        else:
            cv2.rectangle(picture, (x + 2, y + 2), (x + w - 3, y + h - 3), ink, 3)
        _label(picture, f"{defect.label} {defect.score:.0%}", x + 4, y + 4, ink)
    return np.vstack([picture, _caption(picture.shape[1], inspection)])


def _label(
    picture: cv2.typing.MatLike, text: str, x: int, y: int, ink: tuple[int, int, int]
) -> None:
    (width, height), base = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 0.8, 2)
    x = max(0, min(x, picture.shape[1] - width - 8))
    y = max(0, min(y, picture.shape[0] - height - base - 8))
    cv2.rectangle(picture, (x, y), (x + width + 8, y + height + base + 6), (0, 0, 0), -1)
    cv2.putText(
        picture, text, (x + 4, y + height + 4), cv2.FONT_HERSHEY_SIMPLEX, 0.8, ink, 2, cv2.LINE_AA
    )


def _caption(width: int, inspection: Inspection) -> NDArray[np.uint8]:
    strip = np.full((44, width, 3), 24, dtype=np.uint8)
    if inspection.level is Level.UNINSPECTED:
        verdict, ink = f"NOT INSPECTED: {inspection.cause}", (0, 200, 255)
    elif inspection.defective:
        verdict, ink = f"DEFECT {inspection.defect_score:.2f}", (80, 80, 255)
    else:
        verdict, ink = f"clean {inspection.defect_score:.2f}", (120, 220, 120)
    cv2.putText(strip, verdict, (10, 31), cv2.FONT_HERSHEY_SIMPLEX, 0.9, ink, 2, cv2.LINE_AA)
    place = (
        f"{Path(inspection.source).name}  frame {inspection.frame}  "
        f"{inspection.position_mm / 1000:.2f} m  {inspection.level}"
    )
    cv2.putText(
        strip, place, (290, 30), cv2.FONT_HERSHEY_SIMPLEX, 0.65, (220, 220, 220), 1, cv2.LINE_AA
    )
    return strip
