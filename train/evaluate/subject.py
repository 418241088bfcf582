"""The subject of an evaluation: bundle, engine, precision, data and split."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from edge.bundle import Bundle
from train.data.sample import DataSet


@dataclass(frozen=True, slots=True)
class Subject:
    """A bundle, as it was run, and the items that it was evaluated on.

    Attributes:
        bundle: The bundle.
        engine: Inference engine.
        precision: Number format of the models.
        data: The data set.
        split: Name of the split.
        tile: Width and height in pixels of each item; None: whole frames.
    """

    bundle: Bundle
    engine: str
    precision: str
    data: DataSet
    split: str
    tile: tuple[int, int] | None

    @property
    def title(self) -> str:
        """A short title."""
        return f"{self.bundle.title} on {self.data.name}, {self.split}"

    @property
    def unit(self) -> str:
        """Kind of item, as in the manifest: tile or frame."""
        return "frame" if self.tile is None else "tile"

    def to_json(self) -> dict[str, Any]:
        """The JSON object ``judged`` beside the figures."""
        return {
            "bundle": self.bundle.manifest.name,
            "digest": self.bundle.digest,
            "trust": self.bundle.trust,
            "engine": self.engine,
            "precision": self.precision,
            "data": self.data.name,
            "split": self.split,
            "tile": list(self.tile) if self.tile else None,
        }
