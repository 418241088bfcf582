"""Scoring of a data set's items with a cascade, through the code that runs beside the line."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from edge.core.errors import DataError
from edge.core.frame import Frame, Pixels
from edge.vision.cascade import Cascade
from edge.vision.region_scores import RegionScores
from train.data.tiles import Tile, class_labels_of, groups_of, read_tiles
from train.evaluate.scored import Scored
from train.evaluate.untempered import is_tempered, untempered

Key = TypeVar("Key")


class _Row(NamedTuple):
    """Scores of one item by one cascade."""

    gate: np.float32
    decision: np.float32
    none: np.float32 | None
    class_scores: NDArray[np.float32] | None
    verdict: bool
    untempered: _Row | None


def score(
    cascade: Cascade,
    items: Iterable[Tile],
    classes: tuple[str, ...],
    *,
    inspect: bool = False,
    advance: Callable[[], None] = lambda: None,
) -> Scored:
    """Score every item with one cascade; see ``score_each``."""
    inspected = ("",) if inspect else ()
    return score_each({"": cascade}, items, classes, inspect=inspected, advance=advance)[""]


def score_each(
    cascades: Mapping[Key, Cascade],
    items: Iterable[Tile],
    classes: tuple[str, ...],
    *,
    inspect: Collection[Key] = (),
    advance: Callable[[], None] = lambda: None,
) -> dict[Key, Scored]:
    """Score every item, as a frame of its own, with several cascades; each image is read once.

    Args:
        cascades: The cascades by key.
        items: Frames or tiles of one data set, grouped by image.
        classes: The data set's classes.
        inspect: Keys of cascades whose verdicts come from ``Cascade.inspect``, as in ``run``, which
            runs the networks a second time. Other verdicts follow from scores and thresholds.
        advance: Called after each item.

    Raises:
        ImageError: An image cannot be read, or an item is smaller than a region.
        DataError: The bundle does not accept an item's size; only with ``inspect``.
    """
    rows: dict[Key, list[_Row]] = {key: [] for key in cascades}
    columns = {key: _columns(cascade, classes) for key, cascade in cascades.items()}
    judged: list[Tile] = []
    for _, of_frame in read_tiles(items):
        for item, cut in of_frame:
            for key, cascade in cascades.items():
                inspected = _inspected(cascade, cut, item) if key in inspect else None
                rows[key].append(_row(cascade, cut, columns[key], inspected))
            judged.append(item)
            advance()
    return {key: _scored(judged, classes, rows[key], cascade) for key, cascade in cascades.items()}


def _row(
    cascade: Cascade, pixels: Pixels, columns: list[int] | None, inspected: bool | None
) -> _Row:
    judged = cascade.networks.judge(pixels)
    verdict = _verdict(cascade, judged) if inspected is None else inspected
    plain = None
    if is_tempered(cascade):
        plain = _worst(untempered(judged, cascade), columns, verdict, None)
    return _worst(judged, columns, verdict, plain)


def _worst(
    judged: RegionScores, columns: list[int] | None, verdict: bool, plain: _Row | None
) -> _Row:
    none = class_scores = None
    if columns is not None and judged.classes is not None:
        none = judged.classes.none.min()
        class_scores = judged.classes.classes.max(axis=0)[columns]
    return _Row(judged.gate.max(), judged.decision.max(), none, class_scores, verdict, plain)


def _inspected(cascade: Cascade, pixels: Pixels, item: Tile) -> bool:
    """The verdict of ``run``."""
    inspection = cascade.inspect(Frame(pixels, 0, time.monotonic(), item.sample.name))
    if inspection.cause is not None:
        raise DataError(
            f"{item.sample.path} cannot be inspected: {inspection.detail}",
            "Cut frames to the bundle's size with --tile WxH",
        )
    return inspection.defective


def _verdict(cascade: Cascade, judged: RegionScores) -> bool:
    """The verdict from scores: a region that the gate passes reaches the decision threshold."""
    passed = judged.gate >= cascade.gate_threshold
    return bool((passed & (judged.decision >= cascade.decision_threshold)).any())


def _columns(cascade: Cascade, classes: Sequence[str]) -> list[int] | None:
    """Classifier outputs of the data set's classes, then those of classes that the data set lacks.

    None without a classifier, or if it lacks a class of the data set.
    """
    known = list(cascade.classes)
    if cascade.networks.classifier is None or not set(classes) <= set(known):
        return None
    others = [name for name in known if name not in classes]
    return [known.index(name) for name in (*classes, *others)]


def _scored(
    items: Sequence[Tile], classes: tuple[str, ...], rows: Sequence[_Row], cascade: Cascade
) -> Scored:
    named = bool(rows) and rows[0].none is not None
    plain = [row.untempered for row in rows if row.untempered is not None]
    return Scored(
        classes=classes,
        groups=groups_of(items),
        truth=class_labels_of(items, len(classes)),
        gate=np.array([row.gate for row in rows], np.float32),
        decision=np.array([row.decision for row in rows], np.float32),
        none=np.array([row.none for row in rows], np.float32) if named else None,
        class_scores=np.array([row.class_scores for row in rows], np.float32) if named else None,
        multilabel=cascade.networks.classifier is not None
        and cascade.networks.classifier.outputs[0] != "none",
        verdicts=np.array([row.verdict for row in rows], np.bool_),
        untempered=_scored(items, classes, plain, cascade) if plain else None,
    )
