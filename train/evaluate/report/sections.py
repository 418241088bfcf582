"""The page's sections, in the order in which a reader comes to trust or to doubt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from edge.vision.cascade import Cascade
from train.data.eda.palette import class_labels
from train.data.severstal import is_simulated
from train.data.tiles import Tile
from train.evaluate.instances.judged import JudgedInstances
from train.evaluate.report.gallery import GALLERY_STYLE, gallery
from train.evaluate.report.outlines import outlines_text
from train.evaluate.report.plots import (
    confusion_picture,
    histogram,
    rates,
    reliability_picture,
)
from train.evaluate.report.promises import promises_text
from train.evaluate.report.words import (
    number,
    numbers,
    p_value,
    percent,
    percents,
    points,
)
from train.evaluate.scored import Scored
from train.evaluate.subject import Subject
from train.html.page import (
    NOTES_STYLE,
    facts,
    image,
    page,
    table,
)

_STYLE = """
td, th { vertical-align: top; } td { white-space: nowrap; }
table.facts td { text-align: left; white-space: normal; overflow-wrap: anywhere; }
table.facts td:first-child { white-space: nowrap; }
@media print { body { margin: 0; max-width: none; font-size: 11pt; }
               img, table, figure, p.warning { break-inside: avoid; } h2 { break-after: avoid; } }
"""


def report_page(
    subject: Subject,
    cascade: Cascade,
    items: Sequence[Tile],
    scored: Scored,
    instances: JudgedInstances | None,
    figures: Mapping[str, Any],
    mistakes: int,
) -> str:
    """The whole page as text; see ``write_report``.

    Raises:
        ImageError: An image cannot be read any more.
    """
    n, groups = figures["binary"]["n"], figures["binary"]["n_groups"]
    lead = f"{n:,} {subject.unit}s in {groups:,} groups of near-duplicates."
    sections = (
        ("What was judged", _judged(subject, figures)),
        ("In short", _headline(figures)),
        ("Against the baseline", _baseline(figures["baseline"])),
        ("What the gate promises", promises_text(subject, figures)),
        ("Recall and what it costs", _rates(scored, figures)),
        ("Defect or none", _binary(scored, figures["binary"], figures)),
        ("Which class", _classes(figures["multiclass"])),
        ("Outlines", outlines_text(items, instances, figures["instances"], mistakes)),
        ("Can its confidence be believed?", _calibration(figures)),
        ("Worst mistakes", gallery(subject, cascade, items, scored, figures, mistakes)),
    )
    return page(
        f"Evaluation of {subject.title}", lead, sections, style=NOTES_STYLE + _STYLE + GALLERY_STYLE
    )


def _judged(subject: Subject, figures: Mapping[str, Any]) -> str:
    manifest, data = subject.bundle.manifest, subject.data
    cut = f"tiles of {subject.tile[0]}×{subject.tile[1]} px" if subject.tile else "whole frames"
    binary = figures["binary"]
    rows = (
        ("Bundle", f"{manifest.name}: {manifest.description}"),
        ("Its digest", f"SHA-256 {subject.bundle.digest}"),
        ("Run as", f"{subject.precision} by {subject.engine}"),
        ("Trained on", f"{manifest.data.name}. {manifest.data.source}"),
        ("Judged on", f"{data.name}, split {subject.split}, {cut}. {data.source}"),
        ("Terms of that data", data.terms),
        ("Items", f"{binary['n']:,}, of which {binary['n_defective']:,} show a defect"),
    )
    doubts = "".join(f'<p class="warning">{escape(text)}</p>' for text in _doubts(subject))
    return doubts + facts(rows)


def _doubts(subject: Subject) -> list[str]:
    """What a reader must know before any figure."""
    manifest = subject.bundle.manifest
    doubts = []
    if is_simulated(subject.data.root):
        doubts.append("Simulated: these items were drawn, and say nothing of real steel.")
    elif manifest.simulated:
        doubts.append("The bundle was trained on simulated strip.")
    if subject.data.name == manifest.data.name:
        if subject.split == manifest.thresholds.gate.split:
            doubts.append(
                f"The bundle's thresholds were chosen on a split named {subject.split}. If it is "
                "this one, figures are better here than they will be beside the line."
            )
        elif subject.split == "train":
            doubts.append("The networks have learnt a split named train: this is no test of them.")
    if manifest.thresholds.decision.unit != subject.unit:
        doubts.append(
            f"The thresholds were chosen for each {manifest.thresholds.decision.unit}, and here "
            f"each {subject.unit} is judged."
        )
    return doubts


def _headline(figures: Mapping[str, Any]) -> str:
    binary, gate, cascade = figures["binary"], figures["gate"], figures["cascade"]
    multiclass = figures["multiclass"]
    rows = [
        ("Defect or none: right", *_with_interval(binary, "accuracy")),
        ("Defects found (recall)", *_with_interval(binary, "recall")),
        ("Alarms that are defects (precision)", *_with_interval(binary, "precision")),
        ("AUROC", number(binary["auroc"]), numbers(binary["auroc_interval"])),
        ("F1", number(binary["f1"]), ""),
        ("Verdicts beside the line, gate and all: right", *_with_interval(cascade, "accuracy")),
        ("Defective items that the gate passes on", percent(gate["recall"]), ""),
        ("Clean items that the gate passes on", percent(gate["pass_rate_clean"]), ""),
    ]
    if multiclass is not None:
        rows += [
            ("Class: right", *_with_interval(multiclass, "accuracy")),
            ("Class: macro F1", number(multiclass["macro_f1"]), ""),
        ]
    return (
        table(("", "measured", "95 % interval"), rows)
        + '<p class="note">Intervals draw whole groups of near-duplicates, which are not '
        "independent. All but the verdicts beside the line judge every item, the gate hiding "
        "none.</p>"
    )


def _with_interval(block: Mapping[str, Any], name: str) -> tuple[str, str]:
    return percent(block[name]), percents(block[f"{name}_interval"])


def _baseline(block: Mapping[str, Any] | None) -> str:
    if block is None:
        return ""
    rows = [
        (
            what,
            percent(pair["accuracy"]),
            percent(pair["baseline_accuracy"]),
            points(pair["difference"]),
            f"{points(pair['difference_interval'][0])} to {points(pair['difference_interval'][1])}",
            *(pair[key] for key in ("both_right", "only_this", "only_baseline", "both_wrong")),
            p_value(pair["p_value"]),
        )
        for what, pair in (("defect or none", block["binary"]), ("class", block["multiclass"]))
        if pair is not None
    ]
    found = [
        (
            f"{kind} AP50",
            points(pair["difference"]),
            f"{points(pair['difference_interval'][0])} to {points(pair['difference_interval'][1])}",
        )
        for kind in ("box", "mask")
        if (pair := (block["instances"] or {}).get(f"{kind}_ap50")) is not None
    ]
    header = ("right in", "this", "baseline", "points", "95 %", "both right", "only this")
    return (
        f"<p>The baseline is {escape(block['name'])}, SHA-256 {block['digest'][:16]}…, on the same "
        "items.</p>"
        + table((*header, "only baseline", "both wrong", "McNemar’s p"), rows)
        + (table(("instances", "points", "95 %"), found) if found else "")
        + '<p class="note">Where the interval of the difference holds 0, this data does not tell '
        "the two apart. McNemar’s exact test takes items for independent, which near-duplicates "
        "are not; the interval does not.</p>"
    )


def _rates(scored: Scored, figures: Mapping[str, Any]) -> str:
    if figures["binary"]["auroc"] is None:
        return "<p>Not judged: the items are all clean, or all defective.</p>"
    return image(rates(scored, figures), "Recall against the share of clean items passed on")


def _binary(scored: Scored, binary: Mapping[str, Any], figures: Mapping[str, Any]) -> str:
    confusion = binary["confusion"]
    return (
        image(histogram(scored, figures), "Scores of clean and of defective items")
        + '<p class="note">Counts on a logarithmic axis: a single item can be seen. Clean items '
        "right of the decision threshold are false alarms, defective ones left of it are missed."
        "</p>" + image(confusion_picture(**confusion), "Confusion of defect and none")
    )


def _classes(multiclass: Mapping[str, Any] | None) -> str:
    if multiclass is None:
        return "<p>Not judged: the bundle has no classifier, or lacks a class of this data set.</p>"
    rows = [
        (
            label,
            row["n"],
            *_with_interval(row, "recall"),
            *_with_interval(row, "precision"),
            number(row["f1"]),
        )
        for label, row in zip(
            class_labels(tuple(multiclass["per_class"])),
            multiclass["per_class"].values(),
            strict=True,
        )
    ]
    header = ("class", "items", "recall", "95 %", "precision", "95 %", "F1")
    confusion = multiclass["confusion"]
    return (
        table(header, rows)
        + image(
            confusion_picture(class_labels(confusion["labels"]), confusion["counts"]),
            "Confusion of classes",
        )
        + '<p class="note">An item that shows several classes stands in the row of the one '
        "answered, or, where none of them was, of its first.</p>"
    )


def _calibration(figures: Mapping[str, Any]) -> str:
    blocks = {"share that is defective": figures["binary"]["calibration"]}
    if figures["multiclass"] is not None:
        blocks["share whose class is right"] = figures["multiclass"]["calibration"]
    return (
        image(reliability_picture(blocks), "Reliability diagrams")
        + '<p class="note">Of items that are called defective with a confidence of 80 %, 80 % '
        "should be, and of answers given with 0.8, 80 % should be right. The expected calibration "
        "error (ECE) is the mean distance from that, over 15 bins; larger dots are more items. "
        "Temperature 1 is what the networks said before they were calibrated.</p>"
    )
