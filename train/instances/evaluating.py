"""Evaluation of the networks on val, through the same code that runs beside the line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from edge.core.frame import Pixels
from edge.vision.instances.anchors import Anchors
from edge.vision.instances.found_instance import FoundInstance
from edge.vision.instances.rules import ClassRule
from edge.vision.models.instances import InstanceModel
from train.data.sample import Sample
from train.evaluate.instances.instance_figures import instance_figures
from train.evaluate.instances.rules import UNJUDGED
from train.instances.scenes import Frames
from train.keras_engine import KerasEngine
from train.networks.mask_rcnn import MaskRCNN

ROIS = 64
"""Most boxes per frame that the heads take. On NEU-Seg's val, 16 cost 0.05 of AP50."""

BOX_BATCH, MASK_BATCH = 16, 8
"""Batch sizes of the heads, as exported."""

FIGURES = ("box_ap50", "box_ap", "mask_ap50", "mask_ap")
"""Figures of val in an epoch's row."""


def as_model(
    network: MaskRCNN,
    window: tuple[int, int],
    anchors: Anchors,
    classes: Sequence[str],
    rules: Sequence[ClassRule] | None = None,
) -> InstanceModel:
    """Wrap the networks in the deployed model code.

    Args:
        network: The networks; later changes of their weights take effect.
        window: Width and height in px.
        anchors: Anchor shapes of the network.
        classes: Names of the classes.
        rules: Thresholds of each class; None: scores of at least 0.5.
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
    """Candidate instances on each of ``count`` frames, before rules and joining.

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
    """``FIGURES`` of candidates on samples; NaN where undefined."""
    figures = instance_figures(found, samples, classes, intervals=False)
    return {name: _number(figures[name]) for name in FIGURES}


def missing_figures() -> dict[str, float]:
    """``FIGURES`` of an epoch without evaluation: NaN."""
    return dict.fromkeys(FIGURES, float("nan"))


def epoch_criterion(row: Mapping[str, float]) -> float:
    """Criterion for comparing epochs: AP50 of masks, or of boxes if there are no masks."""
    mask, box = row["mask_ap50"], row["box_ap50"]
    return box if np.isnan(mask) else mask


def predicted_frames(
    samples: Sequence[Sample], model: InstanceModel
) -> list[tuple[Sample, Pixels, list[FoundInstance]]]:
    """Frames with the instances that the model finds by its rules.

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
