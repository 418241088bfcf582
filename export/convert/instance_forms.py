"""The instance networks in every form that a device may choose from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.bundle.stages import BOX_HEAD, MASK_HEAD, pyramid_name
from edge.vision.engines.base import open_engine
from export.convert.every_form import ConvertedForms, convert_to
from export.convert.forms import (
    DEFAULT,
    EXACT,
    Rung,
)
from export.convert.freezing import Inputs, Shape
from export.convert.instance_calibration import calibration_rois, calibration_windows
from export.progress import ExportProgress
from train.data.sample import DataSet
from train.instances.evaluating import BOX_BATCH, MASK_BATCH
from train.instances.finished import InstancesRun


@dataclass(frozen=True, slots=True)
class InstanceForms:
    """A run's networks, each in all forms.

    Attributes:
        windows: The pyramid, by width and height of its window in pixels.
        box_head: With a batch of ``train.instances.evaluating.BOX_BATCH``.
        mask_head: With a batch of ``MASK_BATCH``; None where there are boxes alone.
        pyramid: The ``keras.Model`` of ``windows``.
        pictures: What it is calibrated on, [n, height, width] uint8, by size.
    """

    windows: Mapping[tuple[int, int], ConvertedForms]
    box_head: ConvertedForms
    mask_head: ConvertedForms | None
    pyramid: Any
    pictures: Mapping[tuple[int, int], NDArray[np.uint8]]

    @property
    def named(self) -> dict[str, ConvertedForms]:
        """Every network, by the name that a bundle has for it."""
        named = {pyramid_name(size): pyramid for size, pyramid in self.windows.items()}
        named[BOX_HEAD] = self.box_head
        if self.mask_head:
            named[MASK_HEAD] = self.mask_head
        return named


def convert_instances(
    run: InstancesRun,
    data: DataSet,
    sizes: Sequence[tuple[int, int]],
    progress: ExportProgress,
    rungs: Sequence[Rung] = DEFAULT,
) -> InstanceForms:
    """Convert a run's networks, calibrated on train.

    A rung that a network cannot be had in is left out with its reason, but for those of
    ``export.convert.forms.DEFAULT``.

    Args:
        run: A finished run.
        data: What it was trained on.
        sizes: Width and height of each window, multiples of 16, at least one; heads are calibrated
            on the first.
        progress: Told of each step.
        rungs: Those wanted, ``DEFAULT`` among them.

    Raises:
        DataError: The train split is empty, or lacks a class.
        EngineError: A network cannot be had in 8 bits.
        ExportGateError: A float32 file does not compute what Keras computes.
        ImageError: An image cannot be read.
        MissingExtraError: The converter to ONNX is not installed.
        TrainingError: A network cannot be loaded.
    """

    def converted(name: str, model: Any, inputs: Inputs, shape: Shape) -> ConvertedForms:
        return convert_to(
            rungs,
            model,
            inputs,
            progress,
            name=name,
            what=f"the {name}",
            required=DEFAULT,
            shape=shape,
        )

    networks = run.load()
    progress.start("reading calibration windows")
    cut = {size: calibration_windows(data, size) for size in sizes}
    windows = {
        size: converted(pyramid_name(size), networks.pyramid, seen.pictures, pyramid_shape(size))
        for size, seen in cut.items()
    }
    first = open_engine(windows[sizes[0]].forms[EXACT])
    rois = calibration_rois(first, cut[sizes[0]], run.anchors)
    box_head, mask_head = (
        head and converted(name, head, rois, (batch, *rois.shape[1:]))
        for name, head, batch in (
            (BOX_HEAD, networks.box_head, BOX_BATCH),
            (MASK_HEAD, networks.mask_head, MASK_BATCH),
        )
    )
    pictures = {size: seen.pictures for size, seen in cut.items()}
    return InstanceForms(windows, box_head, mask_head, networks.pyramid, pictures)


def pyramid_shape(size: tuple[int, int]) -> Shape:
    """The input of the pyramid of a window of that width and height."""
    return (1, size[1], size[0], 1)
