"""Build a planned network, and save it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from edge.core.errors import TrainingError
from edge.core.files import written_beside
from train.loop import checkpoint
from train.networks import NETWORKS
from train.regions.plan import RegionsPlan
from train.regions.task import Task


def build_network(plan: RegionsPlan, task: Task) -> Any:
    """The untrained ``keras.Model`` of a plan.

    Raises:
        TrainingError: The network cannot be built for the input's size.
    """
    width, height = plan.geometry.input
    try:
        return NETWORKS[plan.network].build((height, width, 1), len(task.outputs))
    except ValueError:
        raise TrainingError(
            f"{plan.network} cannot be built for an input of {width}×{height}",
            "Choose a larger --region",
        ) from None


def save_model(path: Path, model: Any, plan: RegionsPlan, task: Task) -> None:
    """Write a network without optimizer and loss, atomically.

    Raises:
        UnwritableError: The folder cannot be written, or the disk is full.
    """
    bare = build_network(plan, task)
    checkpoint.assign(bare.variables, checkpoint.values(model.variables))
    with written_beside(path, suffix=path.suffix) as temporary:
        bare.save(temporary)
