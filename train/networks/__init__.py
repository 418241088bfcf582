"""The networks that ``millsight train`` offers, by name."""

from __future__ import annotations

from train.networks import ann, cnn, compact
from train.networks.defaults import (
    Network,
    Shape,
    TrainingDefaults,
)

NETWORKS: dict[str, Network] = {
    n.name: n for n in (*ann.NETWORKS, *cnn.NETWORKS, *compact.NETWORKS)
}

__all__ = ["NETWORKS", "Network", "Shape", "TrainingDefaults"]
