"""The instance networks in every form that a device may choose from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edge.bundle.stages import BOX_HEAD, MASK_HEAD, Format, pyramid_name
from edge.engines.base import open_engine
from export import onnx, tflite
from export.freezing import Inputs, Shape
from export.instance_calibration import calibration_rois, calibration_windows
from export.instance_stage import Forms
from export.parity import CHECKED, require_same
from export.progress import Progress
from train.data.sample import DataSet
from train.instances.evaluating import BOX_BATCH, MASK_BATCH
from train.instances.finished import InstancesRun

_CONVERTERS: Mapping[Format, tuple[Callable[..., bytes], Callable[..., bytes]]] = {
    "tflite": (tflite.convert, tflite.quantize),
    "onnx": (onnx.convert, onnx.quantize),
}


@dataclass(frozen=True, slots=True)
class InstanceForms:
    """A run's networks, each in TFLite and ONNX, in float32 and int8.

    Attributes:
        windows: The pyramid, by width and height of its window in pixels.
        box_head: With a batch of ``train.instances.evaluating.BOX_BATCH``.
        mask_head: With a batch of ``MASK_BATCH``; None where there are boxes alone.
    """

    windows: Mapping[tuple[int, int], Forms]
    box_head: Forms
    mask_head: Forms | None


def shrink_instances(
    run: InstancesRun, data: DataSet, sizes: Sequence[tuple[int, int]], progress: Progress
) -> InstanceForms:
    """Convert a run's networks, calibrated on train.

    Args:
        run: A finished run.
        data: What it was trained on.
        sizes: Width and height of each window, multiples of 16, at least one; heads are calibrated
            on the first.
        progress: Told of each step.

    Raises:
        DataError: The train split is empty, or lacks a class.
        ExportGateError: A float32 file does not compute what Keras computes.
        ImageError: An image cannot be read.
        MissingExtraError: The converter to ONNX is not installed.
        TrainingError: A network cannot be loaded.
    """
    networks = run.load()
    progress.start("reading calibration windows")
    cut = {size: calibration_windows(data, size) for size in sizes}
    windows = {
        size: _forms(
            pyramid_name(size),
            networks.pyramid,
            seen.pictures,
            (1, *seen.pictures.shape[1:], 1),
            progress,
        )
        for size, seen in cut.items()
    }
    first = open_engine(windows[sizes[0]]["tflite", "float32"])
    rois = calibration_rois(first, cut[sizes[0]], run.anchors)
    box_head, mask_head = (
        head and _forms(name, head, rois, (batch, *rois.shape[1:]), progress)
        for name, head, batch in (
            (BOX_HEAD, networks.box_head, BOX_BATCH),
            (MASK_HEAD, networks.mask_head, MASK_BATCH),
        )
    )
    return InstanceForms(windows, box_head, mask_head)


def _forms(name: str, model: Any, inputs: Inputs, shape: Shape, progress: Progress) -> Forms:
    """One network of one input shape in all forms.

    Raises:
        ExportGateError: As ``shrink_instances``.
    """
    forms = {}
    for format_, (convert, quantize) in _CONVERTERS.items():
        progress.start(f"{name}: converting to {format_}")
        whole = convert(model, shape)
        require_same(model, whole, inputs[:CHECKED], f"the {name} converted to {format_}")
        forms[format_, "float32"] = whole
        progress.start(f"{name}: quantizing to int8, {format_}")
        forms[format_, "int8"] = quantize(model, inputs, shape)
    return forms
