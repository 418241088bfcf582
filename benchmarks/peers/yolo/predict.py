"""Writes a peer's predictions on a split as JSON. Run it in the peer's environment:

    python -m benchmarks.peers.yolo.predict runs/peers/cr7/strips/nms_openvino_model \\
        --data runs/peers/cr7/data --task detect --split val --size 416x128 --out val.json

``benchmarks.peers.judge`` judges them with the code that judges ours. If the given size is the
frame's size rounded up to multiples of 32, frames keep their scale; otherwise Ultralytics scales
them up to it, as in training. Masks have the frame's resolution.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import cv2
import numpy as np


def found_in(result: Any) -> list[dict[str, Any]]:
    """Class, score, corners and mask (COCO run lengths) of each instance of Ultralytics' result."""
    from pycocotools import mask as coco_mask

    boxes = result.boxes.numpy()
    found: list[dict[str, Any]] = [
        {"class": int(index), "score": float(score), "box": [float(v) for v in box]}
        for index, score, box in zip(boxes.cls, boxes.conf, boxes.xyxy, strict=True)
    ]
    if result.masks is not None:
        for instance, mask in zip(found, result.masks.data.numpy(), strict=True):
            rle = coco_mask.encode(np.asfortranarray(mask > 0.5, dtype=np.uint8))
            instance["mask"] = {"size": list(rle["size"]), "counts": rle["counts"].decode("ascii")}
    return found


@click.command()
@click.argument("model", type=click.Path(path_type=Path, exists=True))
@click.option("--data", required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--task", type=click.Choice(["detect", "segment"]), required=True)
@click.option("--split", required=True)
@click.option("--size", required=True, metavar="WxH")
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--score", default=0.001, show_default=True)
@click.option("--threads", default=2, show_default=True)
@click.option("--limit", type=int, help="The first images only, for a trial.")
def main(
    model: Path,
    data: Path,
    task: str,
    split: str,
    size: str,
    out: Path,
    score: float,
    threads: int,
    limit: int | None,
) -> None:
    """Write the predictions of MODEL."""
    from benchmarks.peers.yolo.model import Peer

    width, height = map(int, size.split("x"))
    peer = Peer(model, (width, height), task, score, threads)
    frames = []
    for image in sorted((data / "images" / split).glob("*.png"))[:limit]:
        found = found_in(peer(cv2.imread(str(image), cv2.IMREAD_GRAYSCALE)))
        frames.append({"name": image.name.removesuffix(".png"), "found": found})
    about = {"model": str(model), "split": split, "size": [width, height]}
    classes = list(json.loads((data / "data.yaml").read_text())["names"].values())
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(about | {"classes": classes, "frames": frames}))


if __name__ == "__main__":
    main()
