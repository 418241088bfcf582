"""The worst mistakes, each with its picture, for a person to judge who is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np

from edge.vision.cascade import Cascade
from train.data.eda.palette import class_colours, class_labels
from train.data.tiles import Tile
from train.evaluate.mistakes import Mistakes, worst_mistakes
from train.evaluate.multiclass import OTHERS
from train.evaluate.report.crops import draw_item
from train.evaluate.report.words import percent
from train.evaluate.scored import Scored
from train.evaluate.subject import Subject
from train.html.page import image

GALLERY_STYLE = """
div.gallery { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; align-items: start; }
div.gallery.wide { grid-template-columns: 1fr; }
div.gallery figure { break-inside: avoid; border-top: 1px solid #ddd; padding-top: .5rem; }
div.gallery div { display: flex; gap: 4px; } div.gallery.wide div { display: block; }
div.gallery img { margin: 0 0 4px; min-width: 0; max-width: 100%; }
div.gallery:not(.wide) img { max-width: calc(50% - 2px); }
figcaption { font-size: .85rem; line-height: 1.35; overflow-wrap: anywhere; }
span.swatch { display: inline-block; width: .9em; height: .9em; margin: 0 .3em 0 .9em;
              vertical-align: -.1em; print-color-adjust: exact; }
"""

_MEANING = {
    "false alarms": "Labelled clean and called defective, the highest scores first.",
    "misses": "Labelled defective and called clean, the lowest scores first.",
    "wrong classes": "Another class answered than any that is labelled, the surest first.",
}


def gallery(
    subject: Subject,
    cascade: Cascade,
    items: Sequence[Tile],
    scored: Scored,
    figures: Mapping[str, Any],
    each: int,
) -> str:
    """Pictures of the worst mistakes of each kind, as HTML.

    Raises:
        ImageError: An image cannot be read.
    """
    kinds = worst_mistakes(scored, figures["binary"]["threshold"], each)
    text = (
        "<p>Labels err too: judge by the pictures who is wrong. Each is shown as it is and, where "
        "it has labels, once more with them; a black and white frame is the region with the "
        "highest score. Of near-duplicates only the worst is shown.</p>"
        f"<p>Labels:{legend(scored.classes)}</p>"
    )
    names = _answer_names(subject, scored)
    for kind, mistakes in kinds.items():
        shown = [
            _item(items[place], scored, place, names, cascade, len(scored.classes))
            for place in mistakes.places
        ]
        text += f"<h3>{escape(kind.capitalize())}: {mistakes.n:,}</h3>{_shown(kind, mistakes)}"
        wide = " wide" if any(wide for _, wide in shown) else ""
        text += f'<div class="gallery{wide}">{"".join(html for html, _ in shown)}</div>'
    return text


def legend(classes: Sequence[str]) -> str:
    """The colour of each class, as HTML."""
    colours = zip(class_colours(len(classes)), class_labels(classes), strict=True)
    return "".join(
        f'<span class="swatch" style="background:{colour}"></span>{escape(name)}'
        for colour, name in colours
    )


def _shown(kind: str, mistakes: Mistakes) -> str:
    if not mistakes.n:
        return "<p>None.</p>"
    part = "" if len(mistakes.places) == mistakes.n else f" Shown: {len(mistakes.places)}."
    return f"<p>{_MEANING[kind]}{part}</p>"


def _answer_names(subject: Subject, scored: Scored) -> tuple[str, ...]:
    """What each answer is called: none, the data set's classes, those that only the bundle has."""
    known = subject.bundle.manifest.classes
    others = [name for name in known if name not in scored.classes]
    return ("none", *class_labels((*scored.classes, *(others or [OTHERS]))))


def _item(
    item: Tile, scored: Scored, place: int, names: Sequence[str], cascade: Cascade, classes: int
) -> tuple[str, bool]:
    """One figure, and whether it takes the whole width."""
    crop = draw_item(item, cascade, classes)
    labels = [names[1 + i] for i in sorted(item.classes)]
    x, y, width, height = item.box
    whole = (width, height) == (item.sample.width, item.sample.height)
    where = "" if whole else f", tile at {x}, {y}"
    gate = float(scored.gate[place])
    said = f"defect {percent(float(scored.decision[place]))}, gate {percent(gate)}"
    if gate < np.float32(cascade.gate_threshold):
        said += ", stopped by the gate"
    answers, confidence = scored.answers, scored.confidence
    if answers is not None and confidence is not None:
        said += f"; answer {names[answers[place]]}, {percent(float(confidence[place]))}"
    name = f"{item.sample.name}{where}"
    pictures = "" if crop.plain is None else image(crop.plain, name)
    pictures += image(crop.marked, f"{name}, marked")
    caption = (
        f"<b>{escape(item.sample.name)}</b>{where}<br>"
        f"Labelled: {escape(', '.join(labels) or 'clean')}. Said: {escape(said)}."
    )
    return f"<figure><div>{pictures}</div><figcaption>{caption}</figcaption></figure>", crop.wide
