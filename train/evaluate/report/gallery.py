"""The worst mistakes with their pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from edge.vision.cascade import Cascade
from train.data.eda.palette import class_colours, class_labels
from train.data.tiles import Tile
from train.evaluate.mistakes import worst_mistakes
from train.evaluate.multiclass import OTHERS
from train.evaluate.report.crops import draw_item
from train.evaluate.report.evaluation_blocks import EvaluationBlock
from train.evaluate.scored import Scored
from train.evaluate.subject import Subject
from train.html.page import EmbeddedImage


@dataclass(frozen=True, slots=True)
class ItemPlace:
    """Position of the item in a picture.

    Attributes:
        image: Name of its image.
        corner: x and y of the tile in the image, in pixels; None for a whole frame.
    """

    image: str
    corner: tuple[int, int] | None

    @classmethod
    def of(cls, item: Tile) -> ItemPlace:
        """The position of a tile or a whole frame."""
        whole = item.box[2:] == (item.sample.width, item.sample.height)
        return cls(item.sample.name, None if whole else (item.box[0], item.box[1]))

    def __str__(self) -> str:
        if self.corner is None:
            return self.image
        x, y = self.corner
        return f"{self.image}, tile at {x}, {y}"


@dataclass(frozen=True, slots=True)
class ShownMistake:
    """One mistake.

    Attributes:
        place: Its position.
        pictures: The item, plain if it has labels, and marked.
        labelled: Names of its labelled classes; empty if clean.
        decision: Decision score.
        gate: Gate score.
        stopped: Whether the gate rejected it.
        answer: Predicted class and confidence; None without a classifier.
    """

    place: ItemPlace
    pictures: Sequence[EmbeddedImage]
    labelled: Sequence[str]
    decision: float
    gate: float
    stopped: bool
    answer: tuple[str, float] | None


@dataclass(frozen=True, slots=True)
class MistakeKind:
    """The worst mistakes of one kind.

    Attributes:
        name: False alarms, misses, or wrong classes.
        n: Number of mistakes of this kind.
        shown: The worst ones.
        wide: Whether a picture needs the page's full width.
    """

    name: str
    n: int
    shown: Sequence[ShownMistake]
    wide: bool


def collect_mistakes(
    subject: Subject,
    cascade: Cascade,
    items: Sequence[Tile],
    scored: Scored,
    figures: EvaluationBlock,
    each: int,
) -> list[MistakeKind]:
    """The worst mistakes of each kind with their pictures, at most ``each``.

    Raises:
        ImageError: An image cannot be read.
    """
    names = _answer_names(subject, scored)
    kinds = []
    for kind, mistakes in worst_mistakes(scored, figures.binary.threshold, each).items():
        drawn = [_drawn(items[i], scored, i, names, cascade) for i in mistakes.places]
        wide = any(wide for _, wide in drawn)
        kinds.append(MistakeKind(kind, mistakes.n, [shown for shown, _ in drawn], wide))
    return kinds


def legend(classes: Sequence[str]) -> list[tuple[str, str]]:
    """Colour (``#rrggbb``) and label of each class."""
    return list(zip(class_colours(len(classes)), class_labels(classes), strict=True))


def _answer_names(subject: Subject, scored: Scored) -> tuple[str, ...]:
    """Names of the answers: none, the data set's classes, the bundle's other classes."""
    known = subject.bundle.manifest.classes
    others = [name for name in known if name not in scored.classes]
    return ("none", *class_labels((*scored.classes, *(others or [OTHERS]))))


def _drawn(
    item: Tile, scored: Scored, index: int, names: Sequence[str], cascade: Cascade
) -> tuple[ShownMistake, bool]:
    """One mistake, and whether its picture needs the page's full width."""
    crop, place = draw_item(item, cascade, len(scored.classes)), ItemPlace.of(item)
    pictures = [] if crop.plain is None else [EmbeddedImage(crop.plain, str(place))]
    pictures.append(EmbeddedImage(crop.marked, f"{place}, marked"))
    gate = float(scored.gate[index])
    answers, confidence = scored.answers, scored.confidence
    shown = ShownMistake(
        place=place,
        pictures=pictures,
        labelled=[names[1 + i] for i in sorted(item.classes)],
        decision=float(scored.decision[index]),
        gate=gate,
        stopped=bool(gate < np.float32(cascade.gate_threshold)),
        answer=None
        if answers is None or confidence is None
        else (names[answers[index]], float(confidence[index])),
    )
    return shown, crop.wide
