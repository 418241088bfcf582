"""How good the networks are on val, through the very code that runs beside the line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.core.errors import EngineError
from edge.core.frame import Pixels
from edge.vision.engines.base import Engine
from edge.vision.engines.quantized import Quantized
from edge.vision.instances.anchors import Anchors
from edge.vision.instances.found_instance import FoundInstance
from edge.vision.instances.rules import ClassRule
from edge.vision.models.instances import InstanceModel
from edge.vision.preprocess import as_fractions
from train.data.sample import Sample
from train.evaluate.instances.instance_figures import instance_figures
from train.evaluate.instances.rules import UNJUDGED
from train.instances.scenes import Frames
from train.networks.mask_rcnn import MaskRCNN

ROIS = 64
"""Boxes of a frame that the heads look at, at most. On NEU-Seg's val, 16 cost 0.05 of AP50."""

BOX_BATCH, MASK_BATCH = 16, 8
"""Boxes that the heads take at once, as exported."""

FIGURES = ("box_ap50", "box_ap", "mask_ap50", "mask_ap")
"""What an epoch's row says of val."""


class KerasEngine(Engine):
    """A Keras network as an engine, for judging it before it is exported.

    Args:
        model: A ``keras.Model`` of one input.
        input_shape: Of one invocation.
    """

    name = "keras"
    threads = 0

    def __init__(self, model: Any, input_shape: tuple[int, ...]) -> None:
        self._model = model
        self.input_shape = input_shape

    def run(self, batch: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Logits [n, outputs] of pictures [n, height, width] uint8 by a network of one output."""
        return self._outputs(as_fractions(batch))[0]

    def run_tensors(self, inputs: NDArray[np.uint8] | NDArray[np.float32]) -> list[Quantized]:
        """Every output, float32, in the network's order.

        Raises:
            EngineError: The inputs are not of the network's shape.
        """
        if inputs.dtype == np.uint8:
            inputs = as_fractions(inputs)
        if inputs.shape != self.input_shape:
            raise EngineError(f"inputs of {inputs.shape} are given to a {self.input_shape} network")
        return [Quantized(values) for values in self._outputs(inputs)]

    def _outputs(self, inputs: NDArray[np.floating]) -> list[NDArray[np.float32]]:
        outputs = self._model.predict_on_batch(inputs)
        outputs = outputs if isinstance(outputs, list) else [outputs]
        return [np.asarray(values, np.float32) for values in outputs]


def as_model(
    network: MaskRCNN,
    window: tuple[int, int],
    anchors: Anchors,
    classes: Sequence[str],
    rules: Sequence[ClassRule] | None = None,
) -> InstanceModel:
    """The networks behind the code that is deployed.

    Args:
        network: Trained so far; later changes of its weights show.
        window: Width and height in px.
        anchors: Those that it was built with.
        classes: Names of the classes.
        rules: What counts as a defect; None takes scores from 0.5 on.
    """
    width, height = window
    roi = tuple(network.box_head.input_shape[1:])
    mask_head = network.mask_head
    return InstanceModel(
        {window: KerasEngine(network.pyramid, (1, height, width, 1))},
        KerasEngine(network.box_head, (BOX_BATCH, *roi)),
        None if mask_head is None else KerasEngine(mask_head, (MASK_BATCH, *roi)),
        classes=classes,
        anchors=anchors,
        rules=[UNJUDGED] * len(classes) if rules is None else rules,
        rois=ROIS,
    )


def find_candidates(
    model: InstanceModel,
    frames: Frames,
    count: int,
    advance: Callable[[], None] = lambda: None,
) -> list[list[FoundInstance]]:
    """Candidates on each of ``count`` frames, before rules and joining.

    Raises:
        ImageError: A frame cannot be read.
    """
    found = []
    for i in range(count):
        found.append(model.candidates(frames[i]))
        advance()
    return found


def epoch_figures(
    found: Sequence[Sequence[FoundInstance]], samples: Sequence[Sample], classes: Sequence[str]
) -> dict[str, float]:
    """``FIGURES`` of candidates on samples; not a number where there is none."""
    figures = instance_figures(found, samples, classes, intervals=False)
    return {name: _number(figures[name]) for name in FIGURES}


def unjudged() -> dict[str, float]:
    """``FIGURES`` of an epoch after which nobody looked."""
    return dict.fromkeys(FIGURES, float("nan"))


def worth(row: Mapping[str, float]) -> float:
    """What epochs are compared by: AP at IoU 0.5 of masks, or of boxes where there are no masks."""
    mask, box = row["mask_ap50"], row["box_ap50"]
    return box if np.isnan(mask) else mask


def shown_pixels(
    samples: Sequence[Sample], model: InstanceModel
) -> list[tuple[Sample, Pixels, list[FoundInstance]]]:
    """Frames with what the model finds on them by its rules.

    Raises:
        ImageError: A frame cannot be read.
    """
    shown = []
    for sample in samples:
        pixels = sample.read()
        shown.append((sample, pixels, model.find(pixels)))
    return shown


def _number(value: float | None) -> float:
    return float("nan") if value is None else float(value)
