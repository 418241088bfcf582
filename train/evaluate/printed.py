"""The main figures as tables in a terminal."""

from __future__ import annotations

from typing import Any

from edge.cli.console import ResultConsole, as_markup
from edge.cli.table_style import PageTable
from train.evaluate.instances.detections import IOU50, TOUCHING

_MISSING = {"instances": "no instance model for these classes"}
_BY = {IOU50: "IoU 0.5", TOUCHING: "touching"}


def print_figures(figures: dict[str, Any], title: str) -> None:
    """Print the figures of ``evaluation``, including those per class."""
    console = ResultConsole()
    table = PageTable(title=as_markup(title), title_justify="left")
    for heading in ("what", "figure", "value", "95 %"):
        table.add_column(heading, justify="left" if heading in {"what", "figure"} else "right")
    wanted = {
        "binary": ("accuracy", "auroc", "recall", "precision", "f1", "ece", "threshold", "n"),
        "gate": ("recall", "pass_rate_clean", "threshold", "n_judged", "promise"),
        "multiclass": ("accuracy", "macro_f1", "ece", "n"),
        "cascade": ("accuracy", "recall"),
        "instances": (
            "box_ap50",
            "box_ap",
            "mask_ap50",
            "mask_ap",
            "dice_foreground",
            "dice",
            "foreground_miou",
        ),
    }
    for block, names in wanted.items():
        if figures[block] is None:
            table.add_row(block, "", _MISSING.get(block, "not evaluated on this data"), "")
            continue
        values = dict(figures[block])
        if block == "gate":
            values["promise"] = _promise(values)
        if "calibration" in values:
            values["ece"] = values["calibration"]["ece"]
        for name in names:
            interval = values.get(f"{name}_interval")
            table.add_row(
                block,
                name.replace("_", " "),
                _figure(values[name]),
                f"{interval[0]:.4f}–{interval[1]:.4f}" if interval else "",
            )
    console.print(table)
    if figures["baseline"] is not None:
        console.print(_compared(figures["baseline"]))
    if figures["multiclass"] is not None:
        console.print(_per_class(figures["multiclass"]["per_class"]))
    if figures["instances"] is not None:
        console.print(_detections(figures["instances"]))
        console.print(_instances_per_class(figures["instances"]["per_class"]))


def _compared(baseline: dict[str, Any]) -> PageTable:
    table = PageTable(
        title=as_markup(f"accuracy and AP minus those of {baseline['name']}"), title_justify="left"
    )
    headings = ("what", "points", "95 %", "only this right", "only baseline right", "McNemar's p")
    for heading in headings:
        table.add_column(heading, justify="left" if heading == "what" else "right")
    for what in ("binary", "multiclass"):
        pair = baseline[what]
        if pair is None:
            table.add_row(what, "not evaluated")
            continue
        low, high = pair["difference_interval"]
        table.add_row(
            what,
            f"{100 * pair['difference']:+.2f}",
            f"{100 * low:+.2f} to {100 * high:+.2f}",
            str(pair["only_this"]),
            str(pair["only_baseline"]),
            f"{pair['p_value']:.2g}",
        )
    for what, pair in (baseline["instances"] or {}).items():
        if pair is None:
            continue
        low, high = pair["difference_interval"]
        points = f"{100 * pair['difference']:+.2f}"
        table.add_row(what.replace("_", " "), points, f"{100 * low:+.2f} to {100 * high:+.2f}")
    return table


def _per_class(per_class: dict[str, Any]) -> PageTable:
    table = PageTable(title="per class", title_justify="left")
    for heading in ("class", "precision", "recall", "f1", "n"):
        table.add_column(heading, justify="left" if heading == "class" else "right")
    for name, row in per_class.items():
        table.add_row(
            as_markup(name), *(_figure(row[key]) for key in ("precision", "recall", "f1", "n"))
        )
    return table


def _detections(instances: dict[str, Any]) -> PageTable:
    title = f"{instances['n']:,} defects, by the bundle's rules; false alarms per frame"
    table = PageTable(title=title, title_justify="left")
    for heading in ("items", "by", "recall", "precision", "false alarms", "on clean"):
        table.add_column(heading, justify="left" if heading in {"items", "by"} else "right")
    keys = ("recall", "precision", "false_alarms_per_frame", "false_alarms_per_clean_frame")
    for key, what in (("detections", "every frame"), ("cascade", "as run")):
        for by, values in (instances[key] or {}).items():
            table.add_row(what, _BY[by], *(_figure(values[name]) for name in keys))
    return table


def _instances_per_class(per_class: dict[str, Any]) -> PageTable:
    table = PageTable(title="instances per class", title_justify="left")
    keys = ("n", "box_ap50", "mask_ap50", "dice_foreground", "iou", "recall")
    for heading in ("class", "n", "box ap50", "mask ap50", "dice", "iou", "recall"):
        table.add_column(heading, justify="left" if heading == "class" else "right")
    for name, row in per_class.items():
        table.add_row(as_markup(name), *(_figure(row[key]) for key in keys))
    return table


def _promise(gate: dict[str, Any]) -> str:
    if gate["alpha"] is None:
        return f"none: too few, {gate['n']} ({gate['unit']})"
    return (
        f"misses at most {gate['alpha']:.0%} with confidence {1 - gate['delta']:.0%}, chosen on "
        f"{gate['n']} ({gate['unit']})"
    )


def _figure(value: float | str | None) -> str:
    if value is None:
        return "–"
    return f"{value:.4f}" if isinstance(value, float) else as_markup(str(value))
