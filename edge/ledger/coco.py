"""Defects of a ledger as COCO instances, so that people can label the frames again."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from edge.core.files import make_folder, written_beside
from edge.core.inspection import UNCLASSIFIED
from edge.core.picture_files import FRAME_SUFFIX, MIN_WIDTH
from edge.core.rle import mask_from_coco


@dataclass(frozen=True, slots=True)
class CocoExport:
    """A COCO document and what is to be known of it.

    Attributes:
        document: ``images``, ``annotations`` and ``categories``.
        drawn: Images that have defects drawn on them and a caption below.
        without: Frames that are left out because there is no picture of them that fits.
    """

    document: dict[str, Any]
    drawn: int
    without: int


def coco(pieces: Iterable[dict[str, Any]], folder: Path | None = None) -> CocoExport:
    """COCO instances of frames that have a picture on this disk.

    The frame as it was taken is named where the pictures' sink kept it, else the picture with the
    defects drawn. Boxes and masks are in pixels of the frame. The group of an image, by which data
    are split, is its coil, or its run where it lies on none.

    Args:
        pieces: Of ``LedgerReader.pieces``, those of one frame side by side.
        folder: Copies of the images are put there, and ``file_name`` is the bare name; None leaves
            them where they are and gives the whole path.

    Raises:
        UnwritableError: The folder cannot be written.
    """
    if folder is not None:
        make_folder(folder)
    categories: dict[str, int] = {}
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    drawn = without = 0
    for _, of_frame in groupby(pieces, key=lambda p: (p["run"], p["frame"], p["source"])):
        group = list(of_frame)
        first = group[0]
        path = _image_of(first)
        if path is None:
            without += 1
            continue
        drawn += not path.name.endswith(FRAME_SUFFIX)
        images.append(
            {
                "id": len(images) + 1,
                "file_name": str(path) if folder is None else _copied(path, folder).name,
                "width": first["frame_width"],
                "height": first["frame_height"],
                "group": first["coil"] or f"run {first['run']}",
                "coil": first["coil"],
                "run": first["run"],
                "frame": first["frame"],
                "source": first["source"],
            }
        )
        for piece in group:
            name = piece["class"] or UNCLASSIFIED
            category = categories.setdefault(name, len(categories) + 1)
            annotations.append(_annotation(len(annotations) + 1, len(images), category, piece))
    document = {
        "info": {"description": "Defects found by millsight, to be labelled again"},
        "images": images,
        "annotations": annotations,
        "categories": [{"id": number, "name": name} for name, number in categories.items()],
    }
    return CocoExport(document, drawn, without)


def _image_of(piece: dict[str, Any]) -> Path | None:
    if piece["picture"] is None:
        return None
    picture = Path(piece["picture"])
    frame = picture.with_suffix(FRAME_SUFFIX)
    if frame.is_file():
        return frame
    # A narrow frame is enlarged before it is drawn on: its pixels are no longer the boxes'.
    return picture if piece["frame_width"] >= MIN_WIDTH and picture.is_file() else None


def _copied(path: Path, folder: Path) -> Path:
    copy = folder / path.name
    with written_beside(copy) as temporary:
        shutil.copyfile(path, temporary)
    return copy


def _annotation(id_: int, image: int, category: int, piece: dict[str, Any]) -> dict[str, Any]:
    box = [piece[name] for name in ("x", "y", "width", "height")]
    annotation = {
        "id": id_,
        "image_id": image,
        "category_id": category,
        "bbox": box,
        "area": box[2] * box[3],
        "iscrowd": 0,
        "score": round(piece["score"], 6),
    }
    if piece["mask"] is not None:
        annotation["area"] = int(mask_from_coco(piece["mask"]).sum())
        annotation["segmentation"] = piece["mask"]
    return annotation
