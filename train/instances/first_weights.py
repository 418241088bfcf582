"""Initial weights of an instance network: from an earlier run, or for its backbone only."""

from __future__ import annotations

from pathlib import Path

from train.loop.run_folder import (
    BOX_HEAD,
    MASK_HEAD,
    PYRAMID,
)
from train.networks.mask_rcnn import MaskRCNN
from train.regions.first_weights import read_weights, start_from


def start_networks_from(network: MaskRCNN, path: Path) -> None:
    """Assign weights to the layers with matching names and shapes.

    Args:
        network: Untrained networks.
        path: A finished run of an instance network sets all three networks; a classifier's run, a
            ``.keras`` file or an ``.npz`` sets the backbone only.

    Raises:
        MissingPathError: The path does not exist.
        TrainingError: The file does not hold weights, or none match.
    """
    if not (path / PYRAMID).exists():
        start_from(network.pyramid, read_weights(path))
        return
    for name, model in (
        (PYRAMID, network.pyramid),
        (BOX_HEAD, network.box_head),
        (MASK_HEAD, network.mask_head),
    ):
        if model is not None and (path / name).exists():
            start_from(model, read_weights(path / name))
