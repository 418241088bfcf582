"""Pictures of items that float has right and int8 has wrong."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from export.convert.forms import EXACT, REQUIRED
from export.holdout.results import ExportResults
from train.data.drawn import draw_truth, enlarged, jpeg
from train.data.eda.palette import bgr, class_colours
from train.data.tiles import Tile, label_tiles
from train.evaluate.scored import Scored

MAX_PICTURES = 12
_LEAST_WIDTH = 400


class Regression(NamedTuple):
    """One item.

    image: Name of its image.
    box: x, y, width and height in the image, in pixels.
    labelled: Its labels.
    figure: What int8 has wrong: the verdict, or the class.
    float32: Answer of float.
    int8: Answer of int8.
    picture: JPEG with its labels.
    """

    image: str
    box: tuple[int, int, int, int]
    labelled: str
    figure: str
    float32: str
    int8: str
    picture: bytes


def regressions(results: ExportResults, limit: int = MAX_PICTURES) -> list[Regression]:
    """Items that float has right and int8 wrong, those with the largest score change first.

    Verdicts come first, then classes of tiles.

    Raises:
        ImageError: An image cannot be read.
    """
    chosen, scored, tiles = results.chosen, results.scored, results.split_inputs.tiles
    clear = [tile for tile in tiles if not tile.ambiguous]
    found = []
    exact, small = (scored[rung][chosen.unit] for rung in (EXACT, REQUIRED))
    items = _frames(tiles) if len(exact) != len(clear) else clear
    truth = exact.defective
    lost = (exact.verdicts == truth) & (small.verdicts != truth)
    moved = np.abs(exact.decision - small.decision)
    for place in _worst(lost, moved, limit):
        said = (_verdict(one, place) for one in (exact, small))
        found.append(_regression(items[place], exact.classes, "verdict", *said))
    exact, small = (scored[rung][chosen.own] for rung in (EXACT, REQUIRED))
    if exact.right is None or small.right is None:
        return found
    lost = exact.right & ~small.right
    assert exact.class_scores is not None
    assert small.class_scores is not None
    moved = np.abs(exact.class_scores - small.class_scores).max(axis=1)
    own = _frames(tiles) if chosen.own == "frame" else clear
    for place in _worst(lost, moved, limit - len(found)):
        said = (_answer(one, place) for one in (exact, small))
        found.append(_regression(own[place], exact.classes, "class", *said))
    return found


def _frames(tiles: Sequence[Tile]) -> list[Tile]:
    """Whole frames as items, in order."""
    return [label_tiles(s, None)[0] for s, _ in groupby(tiles, key=lambda tile: tile.sample)]


def _worst(lost: NDArray[np.bool_], moved: NDArray[np.floating], limit: int) -> list[int]:
    places = np.flatnonzero(lost)
    return [int(place) for place in places[np.argsort(-moved[places], kind="stable")][:limit]]


def _verdict(scored: Scored, place: int) -> str:
    said = "defective" if scored.verdicts[place] else "clean"
    return f"{said}, {scored.decision[place]:.3f}"


def _answer(scored: Scored, place: int) -> str:
    answers, confidence = scored.answers, scored.confidence
    assert answers is not None
    assert confidence is not None
    name = ("none", *scored.classes)[answers[place]]
    return f"{name}, {confidence[place]:.3f}"


def _regression(
    item: Tile, classes: Sequence[str], figure: str, float32: str, int8: str
) -> Regression:
    scale = max(1, _LEAST_WIDTH // item.box[2])
    picture = enlarged(item.sample.read(), item.box, scale)
    colours = [bgr(colour) for colour in class_colours(len(classes))]
    draw_truth(picture, item.sample, colours, box=item.box, scale=scale)
    labelled = ", ".join(classes[i] for i in sorted(item.classes)) or "clean"
    return Regression(item.sample.name, item.box, labelled, figure, float32, int8, jpeg(picture))
