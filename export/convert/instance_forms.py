"""The instance networks converted to every form."""

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
    """The networks of a run, each in all forms.

    Attributes:
        windows: The pyramid, by width and height of its window in pixels.
        box_head: With batch size ``train.instances.evaluating.BOX_BATCH``.
        mask_head: With batch size ``MASK_BATCH``; None without masks.
        pyramid: The ``keras.Model`` of ``windows``.
        pictures: Its calibration windows, [n, height, width] uint8, by size.
    """

    windows: Mapping[tuple[int, int], ConvertedForms]
    box_head: ConvertedForms
    mask_head: ConvertedForms | None
    pyramid: Any
    pictures: Mapping[tuple[int, int], NDArray[np.uint8]]

    @property
    def named(self) -> dict[str, ConvertedForms]:
        """Every network, by its name in a bundle."""
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

    A form that cannot be made is left out with its reason; those of
    ``export.convert.forms.DEFAULT`` are required.

    Args:
        run: A finished run.
        data: Its training data.
        sizes: Width and height of each window, multiples of 16, at least one; the first one
            calibrates the heads.
        progress: Receives progress.
        rungs: Requested forms, including ``DEFAULT``.

    Raises:
        DataError: The train split is empty, or lacks a class.
        EngineError: A network cannot be converted to 8 bits.
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
    """Input shape of the pyramid for a window of that width and height."""
    return (1, size[1], size[0], 1)
