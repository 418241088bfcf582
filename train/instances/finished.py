"""Finished runs of the instance network: reading cards and networks for export and evaluation."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from edge.core.errors import TrainingError
from edge.vision.instances.anchors import Anchors
from train.instances.card import InstancesRunCard
from train.loop.run_folder import (
    BOX_HEAD,
    MASK_HEAD,
    PYRAMID,
)
from train.networks.mask_rcnn import MaskRCNN
from train.regions.card import read_card
from train.regions.finished import load_network


@dataclass(frozen=True, slots=True)
class InstancesRun:
    """A finished run.

    Attributes:
        folder: The run's folder.
        card: Its model card.
    """

    folder: Path
    card: InstancesRunCard

    @property
    def anchors(self) -> Anchors:
        """Anchor shapes of its networks."""
        return Anchors(self.card.anchors)

    def load(self) -> MaskRCNN:
        """The trained networks; the pyramid takes windows of any size.

        Raises:
            TrainingError: A file is damaged, or does not match the card.
        """
        pyramid = load_network(self.folder / PYRAMID)
        box_head = load_network(self.folder / BOX_HEAD)
        mask_head = load_network(self.folder / MASK_HEAD) if self.card.masks else None
        classes = len(self.card.classes)
        shapes = [int(output.shape[-1]) for output in pyramid.outputs[3:6]]
        fits = shapes == list(self.anchors.per_level) and box_head.output_shape[-1] == classes + 5
        if mask_head is not None:
            fits = fits and mask_head.output_shape[-1] == classes
        if not fits:
            raise TrainingError(
                f"the networks in {self.folder} do not match the card", "Train them again"
            )
        return MaskRCNN(pyramid, box_head, mask_head)


def read_instances_run(folder: Path) -> InstancesRun:
    """Read the card of a finished run; its networks are not loaded yet.

    Raises:
        MissingPathError: The folder does not exist, or its run is not finished.
        TrainingError: The card is damaged, of another kind of network, or of a newer format.
    """
    return InstancesRun(folder, read_card(folder, InstancesRunCard, (PYRAMID, BOX_HEAD)))
