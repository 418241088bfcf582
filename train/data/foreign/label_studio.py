"""Label Studio's JSON export: rectangles, ellipses and polygons, in percent of the picture."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from itertools import takewhile
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from edge.core.errors import DataError, LabelError
from edge.core.images import SUFFIXES, read_grey
from edge.core.regular_files import LABELS_BYTES, read_regular
from train.data.foreign.coco_writer import CocoDocument

_ELLIPSE_CORNERS = 32
_UPLOAD_PREFIX = 9
"""Characters that Label Studio puts before an uploaded picture's name: eight digits and a dash."""


def write_label_studio_as_coco(root: Path, out: Path) -> None:
    """Write COCO of the JSON export in a folder, whose pictures lie in it or below.

    Of a task with several annotations the last that was not cancelled counts.

    Raises:
        DataError: There is no such export, or a picture is missing.
        LabelError: It is not Label Studio's, or holds a brush's mask.
    """
    pictures: dict[str, list[Path]] = {}
    for picture in sorted(root.rglob("*")):
        if picture.suffix.lower() in SUFFIXES and picture.is_file():
            pictures.setdefault(picture.name, []).append(picture)
    document = CocoDocument()
    for path in sorted(root.glob("*.json")):
        for task in _tasks(path):
            try:
                _add(document, root, path, task, pictures)
            except (KeyError, TypeError, ValueError, OverflowError, AttributeError) as error:
                raise LabelError(
                    f"{path} is not Label Studio's JSON export ({error!r})", "Export it as JSON"
                ) from None
    if not document.images:
        raise DataError(
            f"{root} holds no JSON export of Label Studio",
            "Export as JSON, and put the file beside the pictures; its COCO export needs no --from",
        )
    document.write(root, out)


def _tasks(path: Path) -> list[dict[str, Any]]:
    try:
        content = json.loads(read_regular(path, LABELS_BYTES))
    except (ValueError, RecursionError) as error:
        raise LabelError(f"{path} is not JSON ({error})", "Export it again") from None
    if not isinstance(content, list):
        return []
    return [task for task in content if isinstance(task, dict) and "annotations" in task]


def _add(
    document: CocoDocument,
    root: Path,
    path: Path,
    task: dict[str, Any],
    pictures: dict[str, list[Path]],
) -> None:
    addresses = [v for v in task["data"].values() if isinstance(v, str) and _is_picture(v)]
    if not addresses:
        raise LabelError(f"{path} has a task without a picture", "Export a project of pictures")
    picture = _picture(_address_path(addresses[0]), pictures, root, path)
    height, width = read_grey(picture, convert_colour=True).shape
    image = document.add_image(picture.relative_to(root).as_posix(), width, height)
    done = [a for a in task["annotations"] if not a.get("was_cancelled")]
    for region in done[-1]["result"] if done else ():
        _add_region(document, image, region, width, height, path)


def _picture(address: str, pictures: dict[str, list[Path]], root: Path, path: Path) -> Path:
    """The picture of an address; of several of one name that whose folders have its names too."""
    name = PurePosixPath(address).name
    found = pictures.get(name) or pictures.get(name[_UPLOAD_PREFIX:])
    if found is None:
        raise DataError(f"{path} is of a picture that is not there: {name}", f"Copy it into {root}")
    if len(found) == 1:
        return found[0]
    folders = PurePosixPath(address).parent.parts
    alike = [_common_end(picture.relative_to(root).parent.parts, folders) for picture in found]
    best = max(alike)
    if alike.count(best) > 1:
        raise DataError(
            f"{path} is of {name}, and there are {len(found)} pictures of that name below {root}",
            "Keep only the one that was labelled, or rename the others",
        )
    return found[alike.index(best)]


def _common_end(one: Sequence[str], other: Sequence[str]) -> int:
    """How many names at the end of two paths are the same."""
    same = (a == b for a, b in zip(reversed(one), reversed(other), strict=False))
    return sum(1 for _ in takewhile(bool, same))


def _is_picture(address: str) -> bool:
    return PurePosixPath(_address_path(address)).suffix.lower() in SUFFIXES


def _address_path(address: str) -> str:
    """The path of a picture's address; local files state theirs as ``?d=``."""
    parts = urlsplit(address.replace("\\", "/"))
    return unquote(parse_qs(parts.query).get("d", [parts.path])[0])


def _add_region(
    document: CocoDocument, image: int, region: dict[str, Any], width: int, height: int, path: Path
) -> None:
    value, kind = region["value"], str(region["type"])
    if kind in ("choices", "textarea", "labels", "rating"):
        return
    for label in value.get(kind, ()):
        if kind == "rectanglelabels" and not value.get("rotation"):
            x, y = value["x"] * width / 100, value["y"] * height / 100
            box = x, y, value["width"] * width / 100, value["height"] * height / 100
            document.add_box(image, str(label), box)
        elif kind in ("rectanglelabels", "ellipselabels", "polygonlabels"):
            document.add_polygon(image, str(label), list(_corners(kind, value, width, height)))
        else:
            raise LabelError(
                f"{path}: {kind} cannot be read",
                "Export masks as COCO, which needs no --from, or draw polygons",
            )


def _corners(
    kind: str, value: dict[str, Any], width: int, height: int
) -> Iterator[tuple[float, float]]:
    """Corners of a region stated in percent of a picture, in pixels."""
    across, along = width / 100, height / 100
    if kind == "polygonlabels":
        yield from ((float(x) * across, float(y) * along) for x, y in value["points"])
        return
    turn = math.radians(float(value.get("rotation", 0)))
    x, y = float(value["x"]) * across, float(value["y"]) * along
    if kind == "rectanglelabels":
        # Turned about its upper left corner.
        w, h = float(value["width"]) * across, float(value["height"]) * along
        offsets = [(0.0, 0.0), (w, 0.0), (w, h), (0.0, h)]
    else:
        turns = [2 * math.pi * i / _ELLIPSE_CORNERS for i in range(_ELLIPSE_CORNERS)]
        rx, ry = float(value["radiusX"]) * across, float(value["radiusY"]) * along
        offsets = [(rx * math.cos(t), ry * math.sin(t)) for t in turns]
    for dx, dy in offsets:
        yield (
            x + dx * math.cos(turn) - dy * math.sin(turn),
            y + dx * math.sin(turn) + dy * math.cos(turn),
        )
