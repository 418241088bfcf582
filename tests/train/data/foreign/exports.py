"""Small exports of other tools: two pictures, a dent in the first and a pit in the second."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from edge.core.images import write_image
from tests.train.data.build import noise

WIDTH, HEIGHT = 64, 48
DENT, PIT = (10, 8, 20, 16), (30, 20, 12, 10)
"""Boxes x, y, width, height in pixels."""


def write_yolo(root: Path) -> None:
    """Ultralytics' layout."""
    for split, (seed, index, box) in {"train": (0, 0, DENT), "val": (1, 1, PIT)}.items():
        write_image(_made(root / "images" / split) / f"{seed}.png", noise(HEIGHT, WIDTH, seed))
        x, y, w, h = box
        middle = f"{(x + w / 2) / WIDTH} {(y + h / 2) / HEIGHT} {w / WIDTH} {h / HEIGHT}"
        (_made(root / "labels" / split) / f"{seed}.txt").write_text(f"{index} {middle}\n")
    (root / "data.yaml").write_text(
        "path: .\ntrain: images/train\nval: images/val\nnames:\n  0: dent\n  1: pit\n"
    )


def write_darknet(root: Path) -> None:
    """The older layout of YOLO, as CVAT exports it."""
    listed = []
    for seed, (index, box) in enumerate(((0, DENT), (1, PIT))):
        folder = _made(root / "obj_train_data")
        write_image(folder / f"{seed}.png", noise(HEIGHT, WIDTH, seed))
        x, y, w, h = box
        middle = f"{(x + w / 2) / WIDTH} {(y + h / 2) / HEIGHT} {w / WIDTH} {h / HEIGHT}"
        (folder / f"{seed}.txt").write_text(f"{index} {middle}\n")
        listed.append(f"data/obj_train_data/{seed}.png\n")
    (root / "train.txt").write_text("".join(listed))
    (root / "obj.names").write_text("dent\npit\n")
    (root / "obj.data").write_text(
        "classes = 2\ntrain = data/train.txt\nnames = data/obj.names\nbackup = backup/\n"
    )


def write_voc(root: Path) -> None:
    """Pascal VOC: boxes by corners, counted from 1."""
    for seed, (label, box) in enumerate((("dent", DENT), ("pit", PIT))):
        write_image(_made(root / "JPEGImages") / f"{seed}.jpg", noise(HEIGHT, WIDTH, seed))
        x, y, w, h = box
        (_made(root / "Annotations") / f"{seed}.xml").write_text(
            f"<annotation><folder>JPEGImages</folder><filename>{seed}.jpg</filename>"
            f"<size><width>{WIDTH}</width><height>{HEIGHT}</height><depth>1</depth></size>"
            f"<object><name>{label}</name><bndbox><xmin>{x}</xmin><ymin>{y}</ymin>"
            f"<xmax>{x + w}</xmax><ymax>{y + h}</ymax></bndbox></object></annotation>"
        )
    (_made(root / "ImageSets" / "Main") / "train.txt").write_text("0\n")
    (root / "ImageSets" / "Main" / "val.txt").write_text("1\n")


def write_labelimg(root: Path) -> None:
    """VOC as labelImg writes it: no list of pictures."""
    write_voc(root)
    shutil.rmtree(root / "ImageSets")


def write_cvat(root: Path) -> None:
    """CVAT for images 1.1, with a box and a polygon."""
    for seed in range(2):
        write_image(_made(root / "images") / f"{seed}.png", noise(HEIGHT, WIDTH, seed))
    x, y, w, h = DENT
    left, top, width, height = PIT
    corners = ";".join(
        f"{cx:.2f},{cy:.2f}"
        for cx, cy in (
            (left, top),
            (left + width, top),
            (left + width, top + height),
            (left, top + height),
        )
    )
    size = f'width="{WIDTH}" height="{HEIGHT}"'
    (root / "annotations.xml").write_text(
        '<?xml version="1.0" encoding="utf-8"?>\n<annotations><version>1.1</version><meta><task>'
        "<labels><label><name>dent</name></label><label><name>pit</name></label></labels>"
        "</task></meta>"
        f'<image id="0" name="0.png" {size}><box label="dent" occluded="0" xtl="{x}" ytl="{y}" '
        f'xbr="{x + w}" ybr="{y + h}" z_order="0"></box></image>'
        f'<image id="1" name="1.png" {size}><polygon label="pit" occluded="0" '
        f'points="{corners}" z_order="0"></polygon></image></annotations>'
    )


def write_labelme(root: Path) -> None:
    """LabelMe's JSON beside each picture, in a folder below, with a rectangle and a polygon."""
    x, y, w, h = PIT
    polygon = [[x, y], [x + w, y], [x + w, y + h], [x, y + h]]
    shapes = {
        0: ("dent", "rectangle", [[30, 24], [10, 8]]),
        1: ("pit", "polygon", polygon),
    }
    for seed, (label, kind, points) in shapes.items():
        folder = _made(root / "coil")
        write_image(folder / f"{seed}.png", noise(HEIGHT, WIDTH, seed))
        shape = {"label": label, "shape_type": kind, "points": points}
        content: dict[str, Any] = {"version": "5.4.1", "flags": {}, "shapes": [shape]}
        content |= {"imagePath": f"{seed}.png", "imageHeight": HEIGHT, "imageWidth": WIDTH}
        (folder / f"{seed}.json").write_text(json.dumps(content))


def write_label_studio(root: Path) -> None:
    """Label Studio's JSON export of uploaded pictures, with a rectangle and a polygon."""
    x, y, w, h = DENT
    percent = {
        "x": 100 * x / WIDTH,
        "y": 100 * y / HEIGHT,
        "width": 100 * w / WIDTH,
        "height": 100 * h / HEIGHT,
    }
    rectangle = {"type": "rectanglelabels", "value": {**percent, "rotation": 0}}
    rectangle["value"]["rectanglelabels"] = ["dent"]  # type: ignore[index]
    left, top, width, height = PIT
    corners = [(left, top), (left + width, top), (left + width, top + height), (left, top + height)]
    points = [[100 * cx / WIDTH, 100 * cy / HEIGHT] for cx, cy in corners]
    polygon = {"type": "polygonlabels", "value": {"points": points, "polygonlabels": ["pit"]}}
    tasks = []
    for seed, region in enumerate((rectangle, polygon)):
        write_image(_made(root) / f"{seed}.png", noise(HEIGHT, WIDTH, seed))
        address = f"/data/upload/3/1a2b3c4d-{seed}.png"
        annotations = [
            {"was_cancelled": True, "result": [{"type": "brushlabels", "value": {}}]},
            {"result": [region]},
        ]
        tasks.append({"id": seed, "data": {"image": address}, "annotations": annotations})
    (root / "project-3.json").write_text(json.dumps(tasks))


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
