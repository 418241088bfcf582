"""The report's page: its sections, in the order in which a reader comes to trust or to doubt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from export.report.outlines import outlines
from export.report.plots import layers_picture
from export.report.regressions import Regression
from export.report.rungs import (
    differences,
    ladder,
    latency,
    pareto_section,
    parity,
    rung_name,
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


def report_page(figures: Mapping[str, Any], wrong: Sequence[Regression] | None) -> str:
    """The whole page as text, self-contained.

    Args:
        figures: Of ``export.report.report_json.report_figures``.
        wrong: What int8 has wrong and float had right; None where pictures are left out.
    """
    lead = (
        f"{escape(figures['description'])} Every figure is of the split {figures['split']}, "
        "where nothing else is said. int8 means int8 TFLite, which is what is deployed."
    )
    sections = (
        ("The ladder", ladder(figures)),
        ("What was asked of int8, and the answer", differences(figures)),
        ("Accuracy against time", pareto_section(figures)),
        ("Time on the machine that exported", latency(figures)),
        ("Is it the network that was trained?", parity(figures)),
        ("What quantizing costs at each layer", _layers(figures)),
        ("What remedies bought", _remedies(figures)),
        ("Outlines of instances", outlines(figures)),
        ("Confusion", _confusion(figures)),
        ("Can its confidence be believed?", _reliability(figures)),
        ("What float had right and int8 has wrong", _regressions(wrong)),
        ("Where all this is from", _origin(figures)),
    )
    return page(f"Export of {figures['name']}", lead, sections, style=NOTES_STYLE + _STYLE)


def _layers(figures: Mapping[str, Any]) -> str:
    return (
        image(layers_picture(figures["layers"]), "Noise at each layer")
        + '<p class="note">Tensors of int8 TFLite against those of the same name in float, mean of '
        "channels. Noise adds up on its way; a layer adds what its output has more of it than "
        "the noisiest of its inputs. Where several layers are fused, the one with weights is "
        "named.</p>"
    )


def _remedies(figures: Mapping[str, Any]) -> str:
    rows = [
        (
            f"{one['stage']}: {one['remedy']}",
            one["how"],
            *(_measured(one[form]) for form in ("float32", "before", "after")),
            f"{one['after']['size'] / 1024:,.0f}",
            "kept" if one["taken"] else "no better",
        )
        for one in figures["remedies"]
    ]
    if not rows:
        return ""
    return (
        table(("", "how", "float32", "int8 before", "int8 after", "KiB", ""), rows)
        + '<p class="note">Accuracy and AUROC of the network alone on val, at temperature 1; of '
        "instances AP50 of masks and boxes, with heads in float. Each remedy is on top of those "
        "kept before it.</p>"
    )


def _measured(found: Mapping[str, Any]) -> str:
    if "accuracy" in found:
        return f"{percent(found['accuracy'])}, {number(found['auroc'])}"
    return f"{number(found['mask_ap50'])}, {number(found['box_ap50'])}"


def _confusion(figures: Mapping[str, Any]) -> str:
    return "".join(_confusions(figures))


def _confusions(figures: Mapping[str, Any]) -> Iterator[str]:
    for precision, units in figures["evaluation"].items():
        binary = units[figures["units"]["decision"]]["binary"]["confusion"]
        yield f"<h3>{precision}: defect or none, by {figures['units']['decision']}</h3>"
        yield image(confusion_picture(**binary), f"Confusion of defect and none, {precision}")
        classes = units[figures["units"]["networks"]]["multiclass"]
        if classes is not None:
            found = classes["confusion"]
            yield f"<h3>{precision}: classes, by {figures['units']['networks']}</h3>"
            yield image(
                confusion_picture(class_labels(found["labels"]), found["counts"]),
                f"Confusion of classes, {precision}",
            )


def _reliability(figures: Mapping[str, Any]) -> str:
    units = figures["evaluation"]["int8"]
    blocks = {
        "share that is defective": units[figures["units"]["decision"]]["binary"]["calibration"]
    }
    classes = units[figures["units"]["networks"]]["multiclass"]
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


def _origin(figures: Mapping[str, Any]) -> str:
    data = figures["data"]
    rows: list[tuple[str, object]] = [
        ("Created", figures["created"]),
        ("Data", f"{data['name']}. {data['source']}"),
        ("Its digest", data["digest"]),
        ("That of groups and splits", data["split_digest"]),
        ("Items", ", ".join(f"{n:,} {split}" for split, n in data["items"].items())),
        ("Chosen on", f"{data['chosen_on']:,} items of val"),
    ]
    rows += [
        (f"{stage} calibrated", f"on {c['n']} regions of {c['split']}, {c['how']}")
        for stage, c in figures["calibration"].items()
    ]
    rows += [("Holdout opened", f"{o['when']} by {o['by']}") for o in figures["holdout_openings"]]
    rows += [
        (f"SHA-256 of {stage}, {rung_name(rung)}", digest)
        for rung in figures["rungs"]
        for stage, digest in rung["sha256"].items()
    ]
    rows.append(("Made with", ", ".join(f"{tool} {v}" for tool, v in figures["tools"].items())))
    return facts(rows)
