"""The three networks with their losses as one Keras model; importing this module loads Keras."""

from __future__ import annotations

from typing import Any

import numpy as np

from edge.vision.instances.anchors import Anchors
from train.backend import load_keras
from train.instances.losses import head_losses, mask_loss, rpn_losses
from train.instances.roialign import roi_align
from train.instances.sampling import Rois, mask_targets, propose, sample_rois
from train.networks.mask_rcnn import MaskRCNN

keras = load_keras()
ops = keras.ops

PARTS = ("rpn_class", "rpn_box", "head_class", "head_box", "mask")
"""Names of the losses; ``mask`` exists only if the network has masks."""


class Learner(keras.Model):  # type: ignore[misc]
    """Trains a ``MaskRCNN``: ``compile`` with an optimizer only, then ``train_on_batch(batch)``.

    A batch is a dict of arrays: ``images`` [b, h, w, 1] float32 from 0 to 1; ``rpn_labels`` [b, a]
    int8 and ``rpn_deltas`` [b, a, 4] float32 from ``train.instances.targets``; ``boxes`` [b, g, 4]
    float32 corners in px and ``classes`` [b, g] int32 from 1, both padded with zeros; and, with
    masks, ``masks`` [b, g, h, w] uint8 and ``has_mask`` [b, g] float32.

    The metrics are the total loss and each of ``PARTS``, averaged since the last reset.

    Args:
        network: The networks; their weights are trained in place.
        anchors: Anchor shapes of the network.
        window: Width and height of the images in px.
        seed: Seed of the sampling of boxes for the heads.
        rois: Boxes per window for the box head.
        positives: Largest number of positives among them.
        masks_each: Boxes for the mask head, per window on average over the batch.
    """

    def __init__(
        self,
        network: MaskRCNN,
        anchors: Anchors,
        window: tuple[int, int],
        *,
        seed: int = 0,
        rois: int = 48,
        positives: int = 16,
        masks_each: int = 8,
    ) -> None:
        super().__init__(name="mask_rcnn")
        self.pyramid, self.box_head, self.mask_head = (
            network.pyramid,
            network.box_head,
            network.mask_head,
        )
        self._window = window
        self._anchors = np.asarray(anchors.boxes(window[1], window[0]))
        self._rois, self._positives, self._masks_each = rois, positives, masks_each
        self._draw = keras.random.SeedGenerator(seed)
        parts = PARTS if self.mask_head is not None else PARTS[:-1]
        self._parts = {name: keras.metrics.Mean(name=name) for name in parts}
        self.built = True

    def call(self, batch: dict[str, Any], training: bool = True) -> dict[str, Any]:
        """The losses by name; they are also added to the model's losses."""
        maps = self.pyramid(batch["images"], training=training)
        features, objectness, deltas = maps[:3], _flat(maps[3:6], 1), _flat(maps[6:], 4)
        objectness = objectness[..., 0]
        losses = dict(
            zip(
                PARTS,
                rpn_losses(objectness, deltas, batch["rpn_labels"], batch["rpn_deltas"]),
                strict=False,
            )
        )
        rois = self._sampled(objectness, deltas, batch)
        crops = roi_align(features, rois.boxes)
        outputs = self.box_head(ops.reshape(crops, (-1, *crops.shape[2:])), training=training)
        outputs = ops.reshape(outputs, (-1, self._rois, outputs.shape[-1]))
        losses["head_class"], losses["head_box"] = head_losses(
            outputs, rois.classes, rois.deltas, rois.weights
        )
        if self.mask_head is not None:
            losses["mask"] = self._masked(crops, rois, batch, training)
        for loss in losses.values():
            self.add_loss(loss)
        return losses

    def compute_loss(self, x: Any = None, y: Any = None, y_pred: Any = None, *more: Any) -> Any:
        """The sum of the losses; updates the metric of each."""
        for name, loss in y_pred.items():
            self._parts[name].update_state(loss)
        return super().compute_loss(x, y, y_pred, *more)

    def _sampled(self, objectness: Any, deltas: Any, batch: dict[str, Any]) -> Rois:
        width, height = self._window
        proposals, kept = propose(
            ops.stop_gradient(objectness),
            ops.stop_gradient(deltas),
            self._anchors,
            width=width,
            height=height,
        )
        return sample_rois(
            proposals,
            kept,
            batch["boxes"],
            batch["classes"],
            self._draw,
            count=self._rois,
            positives=self._positives,
        )

    def _masked(self, crops: Any, rois: Rois, batch: dict[str, Any], training: bool) -> Any:
        """Mask loss of a limited number of positives, pooled over the batch."""
        first = slice(0, self._positives)
        classes, matched = rois.classes[:, first], rois.matched[:, first]
        has = ops.take_along_axis(ops.cast(batch["has_mask"], "float32"), matched, axis=1)
        weights = ops.where(classes > 0, has, 0.0)
        truth = mask_targets(batch["masks"], rois.boxes[:, first], matched)

        luck = keras.random.uniform(ops.shape(weights), 0.1, 0.9, seed=self._draw)
        places = self._masks_each * batch["images"].shape[0]
        _, index = ops.top_k(ops.reshape(luck * weights, (-1,)), places)
        pooled = [
            ops.take(ops.reshape(x, (-1, *x.shape[2:])), index, axis=0)
            for x in (crops[:, first], truth, classes, weights)
        ]
        logits = self.mask_head(pooled[0], training=training)
        return mask_loss(logits, *pooled[1:])


def _flat(maps: list[Any], last: int) -> Any:
    """Maps [b, h, w, last × k] of the levels as [b, a, last], in anchor order."""
    return ops.concatenate([ops.reshape(m, (ops.shape(m)[0], -1, last)) for m in maps], axis=1)
