"""A bundle whose networks see brightness, and engines of known speed for them.

``plain`` and ``broken`` read TFLite, ``swift`` and ``wrong`` read ONNX.
"""

from __future__ import annotations

import json
from typing import Any

import cv2
import numpy as np

from edge.bundle import Bundle, read_bundle
from edge.bundle.container import MANIFEST, write_container
from edge.bundle.manifest import Manifest
from edge.core.errors import EngineError
from edge.install.verify import score_frame
from edge.tune.machine import Machine
from edge.vision.models.instances import InstanceModel
from tests.edge import fakes
from tests.edge.bundle.samples import fields, file_entries, instance_stage
from tests.edge.clock import FakeClock

HERE = Machine(
    cpu="Toy 1", features="0" * 64, cores=2, engines={"plain": "1", "swift": "2", "wrong": "3"}
)

PICTURES = {
    "golden/frame-1.png": fakes.strip((5, 5, 230), (45, 15, 252)),
    "golden/frame-2.png": fakes.strip(),
}


CLOCK = FakeClock()
"""Moved by what the engines do, so that they are of known speed on every machine."""


class Plain(fakes.BrightnessEngine):
    """Right, and as slow as ``SPEED`` says."""

    name = "plain"
    scale = 1.0

    def __init__(self, model: bytes, *, threads: int) -> None:
        super().__init__(3 if b"classifier" in model else 1)
        self.threads = threads
        self.input_shape = (1, 10, 20, 1)

    def run(self, batch):
        CLOCK.sleep(SPEED[self.name] / self.threads / 1e3)
        return super().run(batch) * np.float32(self.scale)

    def run_tensors(self, inputs):
        return []


class Swift(Plain):
    name = "swift"


class Wrong(Plain):
    name = "wrong"
    scale = 0.2


class Broken(Plain):
    name = "broken"

    def __init__(self, model: bytes, *, threads: int) -> None:
        raise EngineError("the model does not load: it is a toy")


SPEED = {"plain": 24.0, "swift": 2.0, "wrong": 0.5}
"""Milliseconds of a call with one thread; two threads take half."""

OUTLINES = {"plain": 2.0, "swift": 24.0, "wrong": 0.5}
"""The same of the instance networks together."""

KINDS = {"plain": "TFLite", "broken": "TFLite", "swift": "ONNX", "wrong": "ONNX"}
_MARK = {"tflite": b"    TFL3 ", "onnx": b"\x08 "}


class ToyInstances(fakes.BlobInstances, InstanceModel):
    """Bright blobs, found as fast as ``OUTLINES`` says of its engine."""

    def __init__(self, engines: dict[str, Any]) -> None:
        super().__init__(blind=("spot",) if engines["box head"].scale != 1 else ())
        self.pyramids, self.box_head = {}, engines["box head"]

    def find(self, pixels, suspicious=None):
        CLOCK.sleep(OUTLINES[self.box_head.name] / self.box_head.threads / 1e3)
        return super().find(pixels, suspicious)


def forms(stage: str, files: dict[str, bytes], *wanted: tuple[str, str]) -> list[dict[str, str]]:
    """The forms of a network, their files put among the others."""
    models = []
    for format_, precision in wanted:
        file = f"models/{stage}-{precision}.{format_}"
        files[file] = _MARK[format_] + f"{stage} {precision}".encode()
        models.append({"file": file, "format": format_, "precision": precision})
    return models


BOTH = (("tflite", "int8"), ("onnx", "int8"))


def bundle(
    *wanted: tuple[str, str],
    outlines: bool = False,
    judged: tuple[tuple[str, str], ...] = BOTH,
    expected: tuple[str, ...] = ("int8",),
) -> Bundle:
    """A bundle with a gate and a classifier in these forms, by default int8 as TFLite and ONNX.

    Args:
        wanted: File format and precision of each.
        outlines: Whether it has instance networks, in the same forms.
        judged: Forms that export judged.
        expected: Precisions that golden frames have scores in.
    """
    wanted = wanted or BOTH
    files = {name: cv2.imencode(".png", p)[1].tobytes() for name, p in PICTURES.items()}
    geometry = {"region": list(fakes.REGION), "input": list(fakes.REGION)}
    instances = fakes.BlobInstances() if outlines else None
    golden = []
    for name, pixels in PICTURES.items():
        scored = score_frame(fakes.cascade(instances=instances), pixels).model_dump(mode="json")
        scores = dict.fromkeys(expected, scored)
        golden.append({"file": name, "source": "drawn", "expected": scores})
    usual = {"network": "toy", "temperature": 1.0, "geometry": geometry}
    stages = {
        "gate": {
            **usual,
            "outputs": ["defect"],
            "activation": "sigmoid",
            "models": forms("gate", files, *wanted),
        },
        "classifier": {
            **usual,
            "outputs": ["none", *fakes.CLASSES],
            "activation": "softmax",
            "models": forms("classifier", files, *wanted),
        },
    }
    if outlines:
        stages["instances"] = instance_stage(
            windows=[{"size": [64, 32], "models": forms("pyramid", files, *wanted)}],
            box_head=forms("box-head", files, *wanted),
            mask_head=None,
        )
    written = fields(stages=stages, golden=golden, files=file_entries(files))
    written["frame"] |= {"min_width": 20, "multiple_width": 20, "min_height": 10}
    written["gate_report"] |= {
        "rungs": [{"format": f, "precision": p, "held": 3, "not_judged": 0} for f, p in judged]
    }
    manifest = Manifest.model_validate_json(json.dumps(written)).to_json()
    return read_bundle(write_container(files | {MANIFEST: manifest}))
