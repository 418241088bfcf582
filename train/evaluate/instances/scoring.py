"""Predictions of a cascade's instance model on a data set, through the code of the line."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

from edge.core.frame import Frame, Pixels
from edge.core.inspection import Level
from edge.vision.cascade import Cascade
from edge.vision.instances.found_instance import FoundInstance
from train.data.tiles import Tile, read_tiles
from train.evaluate.instances.matched_instances import MatchedInstances, match_instances


def score_instances(
    cascade: Cascade, items: Iterable[Tile], classes: Sequence[str], *, inspect: bool = False
) -> MatchedInstances | None:
    """Run the instance model on the whole of every item; the gate hides none.

    Args:
        cascade: The cascade with the model.
        items: Frames, or tiles as frames of their own, grouped by image.
        classes: The data set's classes. Predictions of other classes get higher indices.
        inspect: Also compute what ``run`` would outline: defective items, where the gate points.

    Returns:
        None without an instance model, or if it lacks a class of the data set.

    Raises:
        ImageError: An image cannot be read.
        EngineError: The engine failed.
    """
    model = cascade.instances
    if model is None or not set(classes) <= set(model.classes):
        return None
    others = [name for name in model.classes if name not in classes]
    names = [*classes, *others]
    place = [names.index(name) for name in model.classes]
    judged: list[Tile] = []
    candidates: list[list[FoundInstance]] = []
    as_run: list[list[FoundInstance]] = []
    for _, of_frame in read_tiles(items):
        for item, cut in of_frame:
            candidates.append(_renamed(model.candidates(cut), place))
            if inspect:
                as_run.append(_renamed(_as_run(cascade, cut), place))
            judged.append(item)
    rules = [model.rules[model.classes.index(name)] for name in names]
    return match_instances(candidates, judged, classes, rules, as_run=as_run if inspect else None)


def _as_run(cascade: Cascade, pixels: Pixels) -> list[FoundInstance]:
    frame = Frame(pixels, 0, time.monotonic(), "")
    inspection = cascade.inspect(frame)
    if cascade.instances is None or inspection.level is not Level.CLASSIFIED:
        return []
    return cascade.instances.find(pixels, inspection.suspicious)


def _renamed(found: Sequence[FoundInstance], place: Sequence[int]) -> list[FoundInstance]:
    return [replace(thing, class_index=place[thing.class_index]) for thing in found]
