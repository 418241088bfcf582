"""Imports Ultralytics so that it works without torchvision's compiled operators and the network.

The package index has no CPU build of torchvision, and a GPU build cannot load its compiled
operators with a CPU build of PyTorch. It then fails at import, when it registers fake
implementations for undeclared operators. Therefore this module declares the two operators first,
and uses Ultralytics' own non-maximum suppression. Import this before torchvision or Ultralytics.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

_SETTINGS = Path(sys.prefix) / "peer-settings"
_ENVIRONMENT = {
    "YOLO_OFFLINE": "true",
    "YOLO_AUTOINSTALL": "false",
    "YOLO_CONFIG_DIR": str(_SETTINGS),
    "NNCF_CI": "1",  # turns off its telemetry
    "MPLCONFIGDIR": str(_SETTINGS / "matplotlib"),
    # Read once, when the thread pools are created.
    "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "2"),
}
_INTEGRATIONS = ("sync", "clearml", "comet", "dvc", "mlflow", "raytune", "tensorboard", "wandb")

_SETTINGS.mkdir(parents=True, exist_ok=True)
os.environ.update(_ENVIRONMENT)

import torch  # noqa: E402

_operators = torch.library.Library("torchvision", "DEF")
"""Kept alive, because its declarations end with it."""
_operators.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
_operators.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")

import torchvision  # noqa: E402
from ultralytics import SETTINGS, YOLO  # noqa: E402
from ultralytics.utils import checks  # noqa: E402
from ultralytics.utils.nms import TorchNMS  # noqa: E402

torchvision.ops.nms = torchvision.ops.boxes.nms = TorchNMS.nms
SETTINGS.update(dict.fromkeys(_INTEGRATIONS, False) | {"openvino_msg": False, "vscode_msg": False})
checks.check_font = lambda font="": None

__all__ = ["YOLO", "announce"]


def announce(**values: object) -> None:
    """Print one line of JSON on stdout, at once, for a program to read."""
    sys.__stdout__.write(json.dumps(values) + "\n")
    sys.__stdout__.flush()
