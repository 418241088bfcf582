"""What an instance network starts from: another's run, or a trunk that has learnt before."""

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
    """Put weights into the layers that have their names and shapes.

    Args:
        network: Untrained.
        path: A finished run of an instance network fills all three networks; a classifier's run, a
            ``.keras`` file or an ``.npz`` the trunk alone.

    Raises:
        MissingPathError: There is nothing at the path.
        TrainingError: It cannot be read as weights, or none fits.
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
