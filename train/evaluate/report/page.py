"""The report page: its sections and their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from edge.vision.cascade import Cascade
from train.data.eda.palette import class_labels
from train.data.severstal import is_simulated
from train.data.tiles import Tile
from train.evaluate.instances.matched_instances import MatchedInstances
from train.evaluate.report.evaluation_blocks import EvaluationBlock
from train.evaluate.report.gallery import collect_mistakes, legend
from train.evaluate.report.outlines import collect_outlines
from train.evaluate.report.plots import (
    confusion_picture,
    histogram,
    rates,
    reliability_picture,
)
from train.evaluate.report.promises import promise_tables
from train.evaluate.scored import Scored
from train.evaluate.subject import Subject
from train.html.page import EmbeddedImage, page_environment


def report_page(
    subject: Subject,
    cascade: Cascade,
    items: Sequence[Tile],
    scored: Scored,
    instances: MatchedInstances | None,
    figures: Mapping[str, Any],
    mistakes: int,
) -> str:
    """The whole page as text; see ``write_report``.

    Raises:
        ImageError: An image can no longer be read.
    """
    read = EvaluationBlock.model_validate(figures)
    multiclass = read.multiclass
    return (
        page_environment(__package__)
        .get_template("evaluation.html.j2")
        .render(
            subject=subject,
            manifest=subject.bundle.manifest,
            figures=read,
            warnings=warnings(subject),
            promises=promise_tables(subject, read),
            class_labels=class_labels(tuple(multiclass.per_class)) if multiclass else [],
            pictures=_pictures(scored, read),
            outlines=collect_outlines(items, instances, read.instances, mistakes),
            mistakes=collect_mistakes(subject, cascade, items, scored, read, mistakes),
            legend=legend(scored.classes),
        )
    )


def warnings(subject: Subject) -> list[str]:
    """Warnings that precede all figures."""
    manifest = subject.bundle.manifest
    found = []
    if is_simulated(subject.data.root):
        found.append("Simulated: these items were drawn and say nothing about real steel.")
    elif manifest.simulated:
        found.append("The bundle was trained on simulated strip.")
    if subject.data.name == manifest.data.name:
        if subject.split == manifest.thresholds.gate.split:
            found.append(
                f"The bundle's thresholds were chosen on a split named {subject.split}. If it is "
                "this one, the figures here are better than they will be beside the line."
            )
        elif subject.split == "train":
            found.append(
                "The networks were trained on a split named train. If it is this one, the figures "
                "do not show the performance on unseen strip."
            )
    if manifest.thresholds.decision.unit != subject.unit:
        found.append(
            f"The thresholds were chosen per {manifest.thresholds.decision.unit}, but these items "
            f"are {subject.unit}s."
        )
    return found


def _pictures(scored: Scored, figures: EvaluationBlock) -> dict[str, EmbeddedImage | None]:
    """Plots by name; None if there is no data."""
    binary, multiclass = figures.binary, figures.multiclass
    gate, decision = figures.gate.threshold, binary.threshold
    believed = {"share that is defective": binary.calibration}
    if multiclass is not None:
        believed["share whose class is right"] = multiclass.calibration
    return {
        "rates": None
        if binary.auroc is None
        else EmbeddedImage(
            rates(scored, gate, decision),
            "Recall against the share of clean items passed on",
        ),
        "scores": EmbeddedImage(
            histogram(scored, gate, decision), "Scores of clean and of defective items"
        ),
        "binary": EmbeddedImage(
            confusion_picture(binary.confusion.labels, binary.confusion.counts),
            "Confusion of defect and none",
        ),
        "classes": None
        if multiclass is None
        else EmbeddedImage(
            confusion_picture(
                class_labels(multiclass.confusion.labels), multiclass.confusion.counts
            ),
            "Confusion of classes",
        ),
        "reliability": EmbeddedImage(reliability_picture(believed), "Reliability diagrams"),
    }
