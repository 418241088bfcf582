"""What was judged, by what: without it no figure means anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from edge.bundle import Bundle
from train.data.sample import DataSet


@dataclass(frozen=True, slots=True)
class Subject:
    """A bundle, in the form that was run, and the items that it judged.

    Attributes:
        bundle: The bundle.
        engine: Inference engine that ran it.
        precision: Number format of its models.
        data: The data set.
        split: Which of its splits.
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
        """In a few words."""
        return f"{self.bundle.title} on {self.data.name}, {self.split}"

    @property
    def unit(self) -> str:
        """What an item is, as in the manifest: tile or frame."""
        return "frame" if self.tile is None else "tile"

    def to_json(self) -> dict[str, Any]:
        """For ``judged`` beside the figures."""
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
