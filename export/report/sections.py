"""The report's page: its sections, in the order in which a reader comes to trust or to doubt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from export.mitigate.base import Measured, OnVal
from export.report.outlines import outlines
from export.report.plots import layers_picture
from export.report.regressions import Regression
from export.report.report_data import ReportData
from export.report.rungs import (
    differences,
    ladder,
    latency,
    pareto_section,
    parity,
)
from train.data.eda.palette import class_labels
from train.evaluate.report.plots import confusion_picture, reliability_picture
from train.evaluate.report.words import number, percent
from train.html.page import (
    NOTES_STYLE,
    facts,
    image,
    page,
    table,
)

_STYLE = """
section { overflow-x: auto; } td, th { vertical-align: top; } td { white-space: nowrap; }
td:last-child { white-space: normal; min-width: 5.5rem; }
table.facts td { overflow-wrap: anywhere; }
table.facts td { text-align: left; }
div.gallery { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; align-items: start; }
div.gallery img { margin: 0 0 4px; max-width: 100%; }
figcaption { font-size: .85rem; line-height: 1.35; overflow-wrap: anywhere; }
@media print { body { margin: 0; max-width: none; font-size: 11pt; }
               img, table, figure { break-inside: avoid; } h2 { break-after: avoid; } }
"""


def report_page(report: ReportData, wrong: Sequence[Regression] | None) -> str:
    """The whole page as text, self-contained.

    Args:
        report: What it shows; see ``export.report.collect``.
        wrong: What int8 has wrong and float had right; None where pictures are left out.
    """
    lead = (
        f"{escape(report.description)} Every figure is of the split {report.split}, "
        "where nothing else is said. int8 means int8 TFLite, which is what is deployed."
    )
    sections = (
        ("The ladder", ladder(report)),
        ("What was asked of int8, and the answer", differences(report)),
        ("Accuracy against time", pareto_section(report)),
        ("Time on the machine that exported", latency(report)),
        ("Is it the network that was trained?", parity(report)),
        ("What quantizing costs at each layer", _layers(report)),
        ("What remedies bought", _remedies(report)),
        ("Outlines of instances", outlines(report)),
        ("Confusion", _confusion(report)),
        ("Can its confidence be believed?", _reliability(report)),
        ("What float had right and int8 has wrong", _regressions(wrong)),
        ("Where all this is from", _origin(report)),
    )
    return page(f"Export of {report.name}", lead, sections, style=NOTES_STYLE + _STYLE)


def _layers(report: ReportData) -> str:
    return (
        image(layers_picture(report.layers), "Noise at each layer")
        + '<p class="note">Tensors of int8 TFLite against those of the same name in float, mean of '
        "channels. Noise adds up on its way; a layer adds what its output has more of it than "
        "the noisiest of its inputs. Where several layers are fused, the one with weights is "
        "named.</p>"
    )


def _remedies(report: ReportData) -> str:
    rows = [
        (
            f"{one.stage}: {one.remedy}",
            one.how,
            *(_measured(form) for form in (one.float32, one.before, one.after)),
            f"{one.after.size / 1024:,.0f}",
            "kept" if one.taken else "no better",
        )
        for one in report.remedies
    ]
    if not rows:
        return ""
    return (
        table(("", "how", "float32", "int8 before", "int8 after", "KiB", ""), rows)
        + '<p class="note">Accuracy and AUROC of the network alone on val, at temperature 1; of '
        "instances AP50 of masks and boxes, with heads in float. Each remedy is on top of those "
        "kept before it.</p>"
    )


def _measured(found: Measured) -> str:
    if isinstance(found, OnVal):
        return f"{percent(found.accuracy)}, {number(found.auroc)}"
    return f"{number(found.mask_ap50)}, {number(found.box_ap50)}"


def _confusion(report: ReportData) -> str:
    return "".join(_confusions(report))


def _confusions(report: ReportData) -> Iterator[str]:
    for precision, units in report.evaluation.items():
        binary = units[report.units.decision]["binary"]["confusion"]
        yield f"<h3>{precision}: defect or none, by {report.units.decision}</h3>"
        yield image(confusion_picture(**binary), f"Confusion of defect and none, {precision}")
        classes = units[report.units.networks]["multiclass"]
        if classes is not None:
            found = classes["confusion"]
            yield f"<h3>{precision}: classes, by {report.units.networks}</h3>"
            yield image(
                confusion_picture(class_labels(found["labels"]), found["counts"]),
                f"Confusion of classes, {precision}",
            )


def _reliability(report: ReportData) -> str:
    units = report.evaluation["int8"]
    blocks = {"share that is defective": units[report.units.decision]["binary"]["calibration"]}
    classes = units[report.units.networks]["multiclass"]
    if classes is not None:
        blocks["share whose class is right"] = classes["calibration"]
    return (
        image(reliability_picture(blocks), "Reliability diagrams")
        + '<p class="note">Of int8. The expected calibration error (ECE) is the mean distance from '
        "the diagonal, over 15 bins; larger dots are more items.</p>"
    )


def _regressions(wrong: Sequence[Regression] | None) -> str:
    if wrong is None:
        return (
            "<p>Pictures of the data are left out of the bundle, because who may have the bundle "
            "need not be who may have the data. The report beside the bundle has them "
            "(--report), and --pack-pictures packs them.</p>"
        )
    if not wrong:
        return "<p>Nothing.</p>"
    shown = "".join(
        f"<figure>{image(one.picture, one.image)}<figcaption><b>{escape(one.image)}</b>, at "
        f"{one.box[0]}, {one.box[1]}<br>Labelled: {escape(one.labelled)}. "
        f"{one.figure.capitalize()} in float: {escape(one.float32)}; in int8: "
        f"{escape(one.int8)}.</figcaption></figure>"
        for one in wrong
    )
    return (
        f"<p>{len(wrong)} item{'s' if len(wrong) > 1 else ''}, those on which scores moved most "
        "first; labels are drawn.</p>"
        f'<div class="gallery">{shown}</div>'
    )


def _origin(report: ReportData) -> str:
    data = report.data
    rows: list[tuple[str, object]] = [
        ("Created", report.created),
        ("Data", f"{data.name}. {data.source}"),
        ("Its digest", data.digest),
        ("That of groups and splits", data.split_digest),
        ("Items", ", ".join(f"{n:,} {split}" for split, n in data.items.items())),
        ("Chosen on", f"{data.chosen_on:,} items of val"),
    ]
    rows += [
        (f"{stage} calibrated", f"on {c.n} regions of {c.split}, {c.how}")
        for stage, c in report.calibration.items()
    ]
    rows += [("Holdout opened", f"{o.when} by {o.by}") for o in report.holdout_openings]
    rows += [
        (f"SHA-256 of {stage}, {rung}", digest)
        for rung in report.rungs
        for stage, digest in rung.sha256.items()
    ]
    rows.append(("Made with", ", ".join(f"{tool} {v}" for tool, v in report.tools.items())))
    return facts(rows)
