"""The report page: its sections and their order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from export.report.pareto import pareto_points
from export.report.plots import layers_picture, pareto
from export.report.regressions import Regression
from export.report.report_data import ReportData
from export.score.stage_answers import AUROC
from train.data.eda.palette import class_labels
from train.evaluate.report.plots import confusion_picture, reliability_picture
from train.html.page import EmbeddedImage, page_environment


class ConfusionSection(NamedTuple):
    """Confusion matrices of one number format.

    Attributes:
        precision: Number format of the networks.
        binary: Plot of defect and none, by the unit of the decision.
        classes: Plot of the classes, by the unit of the networks; None without a classifier.
    """

    precision: str
    binary: EmbeddedImage
    classes: EmbeddedImage | None


def report_page(report: ReportData, wrong: Sequence[Regression] | None) -> str:
    """The whole page as self-contained HTML.

    Args:
        report: The report's values.
        wrong: Items that int8 has wrong and float right; None without pictures.
    """
    return (
        page_environment(__package__)
        .get_template("export.html.j2")
        .render(
            report=report,
            split=report.split,
            stages=list(report.layers),
            auroc=AUROC,
            int8=report.form("tflite int8"),
            pareto=_pareto(report),
            layers=EmbeddedImage(layers_picture(report.layers), "Noise by layer"),
            confusions=_confusions(report),
            reliability=_reliability(report),
            regressions=None
            if wrong is None
            else [(one, EmbeddedImage(one.picture, one.image)) for one in wrong],
        )
    )


def _pareto(report: ReportData) -> EmbeddedImage:
    across = "time of all networks on one region, × float32 TFLite" if report.timed else "size, KiB"
    return EmbeddedImage(pareto(pareto_points(report), across), "Accuracy against cost")


def _confusions(report: ReportData) -> list[ConfusionSection]:
    found = []
    for precision in report.evaluation:
        binary = report.evaluated(precision, report.units.decision).binary.confusion
        classes = report.evaluated(precision, report.units.networks).multiclass
        found.append(
            ConfusionSection(
                precision,
                EmbeddedImage(
                    confusion_picture(binary.labels, binary.counts),
                    f"Confusion of defect and none, {precision}",
                ),
                None
                if classes is None
                else EmbeddedImage(
                    confusion_picture(
                        class_labels(classes.confusion.labels), classes.confusion.counts
                    ),
                    f"Confusion of classes, {precision}",
                ),
            )
        )
    return found


def _reliability(report: ReportData) -> EmbeddedImage:
    """Reliability diagrams of int8."""
    binary = report.evaluated("int8", report.units.decision).binary
    blocks = {"share that is defective": binary.calibration}
    classes = report.evaluated("int8", report.units.networks).multiclass
    if classes is not None:
        blocks["share whose class is right"] = classes.calibration
    return EmbeddedImage(reliability_picture(blocks), "Reliability diagrams")
