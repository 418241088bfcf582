"""What the gate promises, beside what it did: on the holdout at export, and here."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from edge.bundle.promises import Promise, Rate, UnitPromises
from train.data.eda.palette import class_labels
from train.evaluate.report.words import NOTHING, percent, percents, whole_percent
from train.evaluate.subject import Subject
from train.html.page import table

_UNSEEN = {"group_recall": None, "n_groups": 0}
"""Measured of a class that the data set lacks."""


def promises_text(subject: Subject, figures: Mapping[str, Any]) -> str:
    """A table of promises for each unit, as HTML.

    Args:
        subject: What was judged, and the bundle that promises.
        figures: What was measured.
    """
    promises = subject.bundle.manifest.promises
    gate = {**figures["gate"], "n_groups": figures["binary"]["n_defective_groups"]}
    return (
        f"<p>The gate threshold is {gate['threshold']:.4f}; what scores less is called clean and "
        "never seen by the classifier. A promise counts groups of near-duplicates, and a group is "
        "let through where any defective item of it is.</p>"
        + "".join(
            _unit_text(unit, promised, gate if unit == subject.unit else None)
            for unit, promised in promises.items()
        )
        + f"<p>Here the gate passes on {percent(gate['pass_rate_clean'])} of clean "
        f"{subject.unit}s to later stages.</p>"
    )


def _unit_text(unit: str, promised: UnitPromises, gate: Mapping[str, Any] | None) -> str:
    chosen = "the threshold was chosen by these" if promised.deployed else "for comparison"
    names = promised.per_class
    rows = [_row("any defect", promised.defect, gate)]
    for label, (name, promise) in zip(class_labels(tuple(names)), names.items(), strict=True):
        rows.append(_row(label, promise, gate and gate["per_class"].get(name, _UNSEEN)))
    header = (
        "let through",
        "promised at most",
        "with confidence",
        f"on groups of {promised.split}",
        "kept",
        "holdout, at export",
        "95 %",
        *(["measured here", "of groups"] if gate else []),
    )
    clean = promised.clean_passed_on
    return (
        f"<h3>For each {escape(unit)}: {chosen}</h3>"
        + table(header, rows)
        + f'<p class="note">Counted: {escape(promised.counted)}. Of clean {escape(unit)}s of the '
        f"holdout {_rate(clean)} were passed on ({percents(clean.interval)}).</p>"
    )


def _row(label: str, promise: Promise, here: Mapping[str, Any] | None) -> list[str]:
    made = promise.alpha is not None
    row = [
        label,
        whole_percent(promise.alpha) if promise.alpha is not None else "too few to promise",
        whole_percent(1 - promise.delta) if made else NOTHING,
        f"{promise.n:,}",
        ("yes" if promise.kept else "no") if made else NOTHING,
        _rate(promise.holdout),
        percents(promise.holdout.interval),
    ]
    if here is not None:
        recall = here["group_recall"]
        row += [percent(None if recall is None else 1 - recall), f"{here['n_groups']:,}"]
    return row


def _rate(rate: Rate) -> str:
    return f"{percent(rate.rate)} ({rate.count:,} of {rate.n:,})" if rate.n else NOTHING
