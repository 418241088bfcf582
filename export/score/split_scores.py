"""A split's tiles as network inputs, and the logits and scores of its networks."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from edge.bundle.manifest_parts import Thresholds, Unit
from edge.core.frame import Pixels
from edge.core.geometry import Geometry
from edge.vision.engines.activations import activated
from edge.vision.engines.base import Engine, open_engine
from edge.vision.models.classifier import ClassScores, class_scores
from edge.vision.models.gate import defect_probabilities
from edge.vision.preprocess import past_the_edge
from edge.vision.region_scores import decision_scores
from export.progress import ExportProgress
from train.data.sample import DataSet
from train.data.tiles import Tile, class_labels_of, groups_of, label_tiles
from train.evaluate.scored import Scored, by_frame
from train.regions.finished import Run
from train.regions.items import tile_inputs

Logits = NDArray[np.float32]
"""Logits of a network for every tile, [tiles, outputs]."""

_PART = 64
"""Tiles per step of the progress display."""


@dataclass(frozen=True, slots=True, eq=False)
class SplitInputs:
    """Network inputs of a split.

    Attributes:
        name: Name of the split.
        tiles: All tiles of every frame, including ambiguous ones; or whole frames.
        inputs: Inputs of every tile, [tiles, height, width] uint8, by geometry.
        past_edge: Tiles beyond the strip's edge, which the line does not inspect, [tiles].
    """

    name: str
    tiles: list[Tile]
    inputs: Mapping[Geometry, NDArray[np.uint8]]
    past_edge: NDArray[np.bool_]

    @property
    def unambiguous(self) -> NDArray[np.bool_]:
        """Tiles with an unambiguous label, [tiles]."""
        return np.array([not tile.ambiguous for tile in self.tiles], np.bool_)

    def sample(self, geometry: Geometry, count: int) -> NDArray[np.uint8]:
        """Inputs of at most ``count`` tiles, half of them defective, spread over the split."""
        shows = np.array([bool(tile.classes) for tile in self.tiles], np.bool_)
        places = []
        for kind in (shows, ~shows):
            those = np.flatnonzero(kind)
            places += those[np.linspace(0, len(those), count // 2, False, dtype=int)].tolist()
        return self.inputs[geometry][sorted(set(places))]


def read_split(
    data: DataSet,
    split: str,
    geometries: Iterable[Geometry],
    progress: ExportProgress,
    each_frame: Callable[[Pixels], object] = lambda pixels: None,
) -> SplitInputs:
    """Read every frame of a split once.

    Args:
        data: Data set with the split.
        split: Name of the split.
        geometries: Geometries of the networks; their regions are the same.
        progress: Receives progress.
        each_frame: Called with each frame's pixels.

    Raises:
        ImageError: An image cannot be read, or is smaller than a region.
    """
    wanted = list(dict.fromkeys(geometries))
    samples = data.of(split)
    tiles = [tile for sample in samples for tile in label_tiles(sample, wanted[0].region)]
    progress.start(f"reading {split}", len(samples))

    def after_frame(pixels: Pixels) -> None:
        each_frame(pixels)
        progress.advance()

    inputs = tile_inputs(tiles, wanted, after_frame)
    return SplitInputs(split, tiles, inputs, _find_past_edge(tiles, inputs[wanted[0]]))


def _find_past_edge(tiles: Sequence[Tile], inputs: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Tiles beyond the strip's edge of their frame, [tiles]."""
    sizes = [len(list(members)) for _, members in groupby(tiles, key=lambda tile: tile.sample)]
    frames = np.split(inputs, np.cumsum(sizes)[:-1])
    return np.concatenate([past_the_edge(frame) for frame in frames])


def logits_of(
    content: bytes, inputs: NDArray[np.uint8], progress: ExportProgress, what: str
) -> Logits:
    """Logits of a network file for inputs [n, height, width] uint8; one thread per core.

    Raises:
        EngineError: No engine runs the file.
    """
    workers = os.cpu_count() or 1
    parts = [inputs[start : start + _PART] for start in range(0, len(inputs), _PART)]
    progress.start(what, len(parts))
    engines = [open_engine(content, threads=1) for _ in range(min(workers, len(parts)))]

    def run(engine: Engine, mine: list[NDArray[np.uint8]]) -> list[Logits]:
        found = []
        for part in mine:
            found.append(engine.run(part))
            progress.advance()
        return found

    shares = [parts[i :: len(engines)] for i in range(len(engines))]
    with ThreadPoolExecutor(len(engines)) as pool:
        each = list(pool.map(run, engines, shares))
    return np.concatenate([each[i % len(engines)][i // len(engines)] for i in range(len(parts))])


def score_split(
    split: SplitInputs,
    runs: Mapping[str, Run],
    logits: Mapping[str, Logits],
    temperatures: Mapping[str, float],
    classes: tuple[str, ...],
    thresholds: Thresholds | None = None,
) -> dict[Unit, Scored]:
    """The cascade's scores of a split's tiles and frames; the gate hides none.

    Tiles are those on which training evaluates its networks; there are none if networks take whole
    frames. A frame's score includes its ambiguous tiles, as beside the line, but no tiles past the
    strip's edge. A single tile is a frame of its own, without an edge.

    Args:
        split: The split's inputs.
        runs: Runs of the gate and, if there is one, the classifier.
        logits: Logits of their networks, by stage.
        temperatures: Temperatures of their networks.
        classes: The data set's classes.
        thresholds: Thresholds of verdicts; without any, no item is called defective.
    """
    every = _scored(split, runs, logits, temperatures, classes, thresholds)
    if any(temperature != 1 for temperature in temperatures.values()):
        plain = _scored(split, runs, logits, dict.fromkeys(temperatures, 1.0), classes, None)
        every = replace(every, untempered=replace(plain, verdicts=every.verdicts))
    if runs["gate"].geometry.region is None:
        return {"frame": every}
    of_frames = _blank_past_edge(every, split.past_edge)
    return {"tile": every.take(split.unambiguous), "frame": by_frame(of_frames, split.tiles)}


def _blank_past_edge(scored: Scored, past_edge: NDArray[np.bool_]) -> Scored:
    """The scores, with 0 for tiles [n] that show no strip."""
    none, classes, plain = scored.none, scored.class_scores, scored.untempered
    return replace(
        scored,
        gate=np.where(past_edge, np.float32(0), scored.gate),
        decision=np.where(past_edge, np.float32(0), scored.decision),
        none=None if none is None else np.where(past_edge, np.float32(1), none),
        class_scores=(
            None if classes is None else np.where(past_edge[:, None], np.float32(0), classes)
        ),
        verdicts=scored.verdicts & ~past_edge,
        untempered=None if plain is None else _blank_past_edge(plain, past_edge),
    )


def gate_scores(run: Run, logits: Logits, temperature: float) -> NDArray[np.float32]:
    """The gate's probability of a defect for every tile, [tiles]."""
    card = run.card
    return defect_probabilities(activated(logits, card.activation, temperature), card.outputs)


def classifier_scores(run: Run, logits: Logits, temperature: float) -> ClassScores:
    """The classifier's scores of every tile."""
    card = run.card
    return class_scores(activated(logits, card.activation, temperature), card.outputs)


def _scored(
    split: SplitInputs,
    runs: Mapping[str, Run],
    logits: Mapping[str, Logits],
    temperatures: Mapping[str, float],
    classes: tuple[str, ...],
    thresholds: Thresholds | None,
) -> Scored:
    gate = decision = gate_scores(runs["gate"], logits["gate"], temperatures["gate"])
    named: ClassScores | None = None
    if "classifier" in runs:
        named = classifier_scores(
            runs["classifier"], logits["classifier"], temperatures["classifier"]
        )
        decision = decision_scores(gate, named)
    verdicts = np.zeros(len(gate), np.bool_)
    if thresholds is not None:
        verdicts = gate >= np.float32(thresholds.gate.value)
        verdicts &= decision >= np.float32(thresholds.decision.value)
    return Scored(
        classes=classes,
        groups=groups_of(split.tiles),
        truth=class_labels_of(split.tiles, len(classes)),
        gate=gate,
        decision=decision,
        none=None if named is None else named.none,
        class_scores=None if named is None else named.classes,
        multilabel=named is not None and runs["classifier"].card.outputs[0] != "none",
        verdicts=verdicts,
    )
