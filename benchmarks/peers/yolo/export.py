"""Exports a trained peer as its documentation recommends. Run it in the peer's environment:

    python -m benchmarks.peers.yolo.export runs/peers/cr7/fit/weights/best.pt --size 416x128 \\
        --data runs/peers/cr7/data --calibrate strips --out runs/peers/cr7/strips

It writes ONNX and OpenVINO, in float and int8, each for one fixed size. int8 is calibrated on
images of train at that size: strips, or frames composed of strips. ``--head free`` uses the head
without non-maximum suppression, the default the one with it.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import click

FORMATS = {
    # The int8 export uses a float file of the same name as intermediate and removes it.
    "onnx-int8": {"format": "onnx", "quantize": 8},
    "onnx": {"format": "onnx"},
    "openvino": {"format": "openvino"},
    "openvino-int8": {"format": "openvino", "quantize": 8},
}
CALIBRATIONS = {"strips": "calibration.yaml", "frames": "calibration_frames.yaml"}


@click.command()
@click.argument("weights", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--size", required=True, metavar="WxH", help="Multiples of 32.")
@click.option("--data", required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--calibrate", type=click.Choice(list(CALIBRATIONS)), required=True)
@click.option("--head", type=click.Choice(["nms", "free"]), default="nms", show_default=True)
@click.option("--format", "formats", type=click.Choice(list(FORMATS)), multiple=True)
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False))
def main(
    weights: Path,
    size: str,
    data: Path,
    calibrate: str,
    head: str,
    formats: tuple[str, ...],
    out: Path,
) -> None:
    """Export WEIGHTS; prints the paths by format."""
    from benchmarks.peers.yolo.quiet import YOLO, announce

    width, height = map(int, size.split("x"))
    out.mkdir(parents=True, exist_ok=True)
    # Ultralytics writes the export beside the weights, under their name.
    here = out / f"{head}.pt"
    shutil.copyfile(weights, here)
    made = {}
    for name in formats or FORMATS:
        settings = dict(FORMATS[name])
        if "quantize" in settings:
            settings["data"] = str(data / CALIBRATIONS[calibrate])
        made[name] = YOLO(str(here)).export(
            imgsz=[height, width],
            device="cpu",
            nms=False if head == "free" else None,
            **settings,
        )
    (out / f"{head}.json").write_text(json.dumps({"size": [width, height], "exports": made}))
    announce(**made)


if __name__ == "__main__":
    main()
