"""LabelMe's JSON, a file beside each picture."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from edge.core.errors import DataError, LabelError
from edge.core.regular_files import LABELS_BYTES, read_regular
from train.data.foreign.coco_writer import CocoDocument

_CIRCLE_CORNERS = 32


def write_labelme_as_coco(root: Path, out: Path) -> None:
    """Write COCO of all LabelMe files below a folder. Points and lines outline nothing.

    Raises:
        DataError: There are none, or a picture is missing.
        LabelError: A file is not LabelMe's, or has a shape that outlines nothing.
    """
    document = CocoDocument()
    for path in sorted(root.rglob("*.json")):
        labelled = _load(path)
        if labelled is not None:
            _add(document, root, path, labelled)
    if not document.images:
        raise DataError(f"{root} holds no LabelMe JSON files", "Name the folder that holds them")
    document.write(root, out)


def _load(path: Path) -> dict[str, Any] | None:
    try:
        content = json.loads(read_regular(path, LABELS_BYTES))
    except (ValueError, RecursionError) as error:
        raise LabelError(f"{path} is not JSON ({error})", "Save it again") from None
    is_labelme = isinstance(content, dict) and isinstance(content.get("shapes"), list)
    return content if is_labelme else None


def _add(document: CocoDocument, root: Path, path: Path, labelled: dict[str, Any]) -> None:
    written = str(labelled.get("imagePath", "")).replace("\\", "/").replace("\0", "")
    picture = (path.parent / written).resolve()
    if not picture.is_file() or not picture.is_relative_to(root):
        picture = path.parent / Path(written).name
    if not picture.is_file():
        raise DataError(f"{path} is of a picture that is not there: {written}", "Copy it there")
    try:
        width, height = int(labelled["imageWidth"]), int(labelled["imageHeight"])
        name = picture.relative_to(root).as_posix()
        image = document.add_image(name, width, height)
        for shape in labelled["shapes"]:
            points = [(float(x), float(y)) for x, y in shape["points"]]
            _add_shape(document, image, shape, points, path)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise LabelError(f"{path} is not LabelMe's ({error!r})", "Save it again") from None


def _add_shape(
    document: CocoDocument,
    image: int,
    shape: dict[str, Any],
    points: list[tuple[float, float]],
    path: Path,
) -> None:
    label, kind = str(shape["label"]), shape.get("shape_type") or "polygon"
    if kind == "polygon" and len(points) > 2:
        document.add_polygon(image, label, points)
    elif kind == "rectangle" and len(points) > 1:
        xs, ys = [x for x, _ in points], [y for _, y in points]
        box = min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)
        document.add_box(image, label, box)
    elif kind == "circle" and len(points) == 2:
        (x, y), edge = points[0], math.dist(*points)
        turns = [2 * math.pi * i / _CIRCLE_CORNERS for i in range(_CIRCLE_CORNERS)]
        corners = [(x + edge * math.cos(t), y + edge * math.sin(t)) for t in turns]
        document.add_polygon(image, label, corners)
    else:
        raise LabelError(
            f"{path}: a {kind} of {len(points)} points outlines no defect",
            "Draw a polygon, a rectangle or a circle",
        )
