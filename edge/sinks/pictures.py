"""Pictures of frames with their defects drawn, readable at arm's length."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.core.class_map import ClassMap
from edge.core.clock import SYSTEM_CLOCK, Clock
from edge.core.errors import UnwritableError
from edge.core.events import Event, EventKind, Tell, untold
from edge.core.files import make_folder, write_whole
from edge.core.frame import Frame, Pixels
from edge.core.geometry import Box
from edge.core.images import encode_image
from edge.core.inspection import Inspection, Level
from edge.core.palette import colour
from edge.core.picture_files import FRAME_SUFFIX, MIN_WIDTH, WrittenFile, content_digest
from edge.core.redaction import outgoing_ascii
from edge.core.rle import Mask, mask_from_coco
from edge.core.sink import Loss, Sink
from edge.sinks.label_layout import LabelLayout

_HALO = (0, 0, 0)
"""Beneath every line: a colour may be as bright as the steel where it is printed in grey."""
_TINT = 0.5
"""How much of the defect's colour covers the strip where its heat is greatest, a fraction."""
_STEM_BYTES = 180
"""Of a source's name in a picture's: a file's name has 255 at most."""
_CLEARANCE = 4
"""How far a line runs from the defect that it goes around, in pixels of the picture."""


class Pictures(Sink):
    """Writes a JPEG of each defective frame into a folder.

    Their names begin with the time at which the run began. A file that is there is never replaced,
    whoever wrote it: a clock may say the same time twice.

    Args:
        folder: Created if it is missing.
        classes: Class names in the bundle's order: each keeps one colour.
        every: Also draw frames without a defect.
        limit: Stop after so many pictures, so that a bad coil does not fill the disk; the rest
            are counted in ``skipped``.
        tolerant: Count a picture that cannot be written rather than raise: beside the line a full
            disk must not end the inspection.
        frames: Also write each frame as it was taken, ``NAME.frame.png`` beside ``NAME.jpg``, so
            that its defects can be labelled again.
        reserve_mb: Write none where less than so many megabytes are free: rows are worth more.
        report: Told that pictures cannot be stored, or can be again.
        clock: Tells the time.

    Attributes:
        written: Frames of which a picture was written.
        failed: Frames of which none could be.
    """

    def __init__(
        self,
        folder: Path,
        classes: tuple[str, ...],
        *,
        every: bool = False,
        limit: int | None = None,
        tolerant: bool = False,
        frames: bool = False,
        reserve_mb: float = 0.0,
        report: Tell = untold,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        make_folder(folder)
        self._folder = folder
        self._classes = classes
        self._every = every
        self._limit = limit
        self._tolerant = tolerant
        self._frames = frames
        self._reserve = reserve_mb * 1e6
        self._last: tuple[int, Path] | None = None
        self._files: list[WrittenFile] = []
        self._failing = False
        self._report = report
        self._clock = clock
        self._start = time.strftime("%Y%m%dT%H%M%S", time.localtime(clock.wall()))
        self.written = self.failed = 0

    def write(self, inspection: Inspection, frame: Frame | None) -> None:
        """Draw and write one frame, if it is wanted."""
        self._files = []
        if frame is None or not (self._every or inspection.defective):
            return
        if self._limit is not None and self.written >= self._limit:
            self.skipped += 1
            return
        try:
            self._refuse_without_room()
            path = self._write(inspection, frame)
        except UnwritableError as error:
            if not self._tolerant:
                raise
            self.failed += 1
            self._notice(error)
            return
        self._last = inspection.frame, path
        self.written += 1
        self._notice(None)

    def files_of(self, inspection: Inspection) -> Sequence[WrittenFile]:
        """Files of the inspection that was given last."""
        return tuple(self._files)

    def loss(self) -> Loss | None:
        """Pictures that could not be written; those beyond the limit were not asked for."""
        if not self.failed:
            return None
        text = f"{self.failed} pictures could not be written into {self._folder}"
        return Loss(text, {"pictures": self.failed})

    def _write(self, inspection: Inspection, frame: Frame) -> Path:
        picture = encode_image(".jpg", draw(frame.pixels, inspection, self._classes))
        for path in self._free_paths(inspection):
            try:
                if self._frames:
                    pixels = encode_image(FRAME_SUFFIX, frame.pixels)
                    self._put(path.with_suffix(FRAME_SUFFIX), pixels)
                self._put(path, picture)
            except FileExistsError:
                continue
            return path
        raise AssertionError("names do not end")

    def _free_paths(self, inspection: Inspection) -> Iterator[Path]:
        stem = f"{self._start}-{inspection.frame:08d}-{_file_stem(inspection.source)}"
        for number in count(1):
            path = self._folder / f"{stem}{f'-{number}' if number > 1 else ''}.jpg"
            if not any(map(os.path.lexists, (path, path.with_suffix(FRAME_SUFFIX)))):
                yield path

    def _put(self, path: Path, content: bytes) -> None:
        write_whole(path, content, durable=False, replace=False)
        self._files.append(WrittenFile(path, len(content), content_digest(content)))

    def path_of(self, inspection: Inspection) -> Path | None:
        """The picture of the frame that was written last; None where none was."""
        if self._last is None or self._last[0] != inspection.frame:
            return None
        return self._last[1]

    def _refuse_without_room(self) -> None:
        if not self._reserve:
            return
        make_folder(self._folder)
        if shutil.disk_usage(self._folder).free < self._reserve:
            raise UnwritableError(
                f"less than {self._reserve / 1e6:g} MB are free on the disk of {self._folder}, "
                "which the ledger may need",
                "Free some space there",
            )

    def _notice(self, error: UnwritableError | None) -> None:
        if (error is not None) != self._failing:
            self._failing = error is not None
            text = f"pictures are stored in {self._folder} again"
            if error is not None:
                text = f"pictures are left out: {error.what}. {error.hint}"
            self._report(Event(EventKind.STORAGE, text, self._clock.wall()))


def _file_stem(source: str) -> str:
    stem = re.sub(r"[^\w.-]+", "_", Path(source).stem)[:60]
    return stem.encode()[:_STEM_BYTES].decode(errors="ignore") or "frame"


def draw(pixels: Pixels, inspection: Inspection, classes: tuple[str, ...]) -> NDArray[np.uint8]:
    """A picture [lines, columns, 3] uint8 BGR of a frame with its defects and a caption below.

    Where a defect has no outline, its heat is laid over the strip, and a line drawn around what
    made its box.
    """
    scale = max(1, -(-MIN_WIDTH // pixels.shape[1]))
    picture = cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_GRAY2BGR)
    if scale > 1:
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_NEAREST)
    for defect in inspection.defects:
        if defect.mask is None and defect.class_maps:
            _lay_heat(picture, defect.class_maps, scale, colour(defect.class_name, classes))
    for defect in inspection.defects:
        ink = colour(defect.class_name, classes)
        if defect.mask is not None:
            _line(picture, _around(mask_from_coco(defect.mask), defect.box, scale), ink)
        else:
            # Regions lie side by side: their lines run within. Others must not hide what is small.
            d = -_CLEARANCE if defect.length_mm is not None else 2
            x, y, w, h = _scaled(defect.box, scale)
            for line, width in ((_HALO, 5), (ink, 3)):
                cv2.rectangle(picture, (x + d, y + d), (x + w - d - 1, y + h - d - 1), line, width)
    labels = LabelLayout(picture, [_scaled(defect.box, scale) for defect in inspection.defects])
    for defect in inspection.defects:
        labels.write(
            f"{defect.label} {defect.score:.0%}",
            _scaled(defect.box, scale),
            colour(defect.class_name, classes),
            within=defect.length_mm is None,
        )
    return np.vstack([picture, _caption(picture.shape[1], inspection)])


def _scaled(box: Box, scale: int) -> Box:
    x, y, width, height = box
    return x * scale, y * scale, width * scale, height * scale


def _around(mask: Mask, box: Box, scale: int) -> Sequence[cv2.typing.MatLike]:
    """Lines around a mask [lines, columns] of the frame that do not hide it, in the picture."""
    x, y, w, h = box
    inside = mask[y : y + h, x : x + w].astype(np.uint8)
    large = cv2.resize(inside, None, fx=scale, fy=scale, interpolation=cv2.INTER_NEAREST)
    side = 2 * _CLEARANCE + 1
    padded = cv2.copyMakeBorder(large, side, side, side, side, cv2.BORDER_CONSTANT, value=0)
    grown = cv2.dilate(padded, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
    corner = (x * scale - side, y * scale - side)
    return cv2.findContours(grown, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE, offset=corner)[0]


def _lay_heat(
    picture: cv2.typing.MatLike, heats: tuple[ClassMap, ...], scale: int, ink: tuple[int, int, int]
) -> None:
    strong = np.zeros(picture.shape[:2], np.uint8)
    for heat in heats:
        x, y, w, h = _scaled(heat.region, scale)
        place = np.s_[y : y + h, x : x + w]
        levels, counts = (
            cv2.resize(part, (w, h), interpolation=cv2.INTER_NEAREST)
            for part in (heat.enlarged(), heat.strong().astype(np.uint8))
        )
        tint = (levels * (_TINT / 255.0))[..., np.newaxis]
        picture[place] = np.round(picture[place] * (1.0 - tint) + np.array(ink) * tint)
        strong[place] |= counts
    outlines = cv2.findContours(strong, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]
    _line(picture, outlines, ink)


def _line(
    picture: cv2.typing.MatLike, outlines: Sequence[cv2.typing.MatLike], ink: tuple[int, int, int]
) -> None:
    for line, width in ((_HALO, 4), (ink, 2)):
        cv2.polylines(picture, outlines, True, line, width, cv2.LINE_AA)


def _caption(width: int, inspection: Inspection) -> NDArray[np.uint8]:
    strip = np.full((44, width, 3), 24, dtype=np.uint8)
    if inspection.level is Level.UNINSPECTED:
        verdict, ink = f"NOT INSPECTED: {inspection.cause}", (0, 200, 255)
    elif inspection.defective:
        verdict, ink = f"DEFECT {inspection.defect_score:.2f}", (80, 80, 255)
    else:
        verdict, ink = f"clean {inspection.defect_score:.2f}", (120, 220, 120)
    cv2.putText(strip, verdict, (10, 31), cv2.FONT_HERSHEY_SIMPLEX, 0.9, ink, 2, cv2.LINE_AA)
    place = outgoing_ascii(
        f"{Path(inspection.source).name}  frame {inspection.frame}  "
        f"{inspection.position_mm / 1000:.2f} m  {inspection.level}"
    )
    cv2.putText(
        strip, place, (290, 30), cv2.FONT_HERSHEY_SIMPLEX, 0.65, (220, 220, 220), 1, cv2.LINE_AA
    )
    return strip
