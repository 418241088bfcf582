"""The networks that ``millsight train`` knows, by name."""

from __future__ import annotations

from train.networks import ann, cnn, compact
from train.networks.recipe import Network, Recipe, Shape

NETWORKS: dict[str, Network] = {
    n.name: n for n in (*ann.NETWORKS, *cnn.NETWORKS, *compact.NETWORKS)
}

__all__ = ["NETWORKS", "Network", "Recipe", "Shape"]
