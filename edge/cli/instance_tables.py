"""What ``millsight bundle show`` says of the networks that outline defects."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table

from edge.bundle.manifest import Manifest
from edge.bundle.stages import InstanceStage
from edge.cli.console import as_markup
from edge.cli.table_style import forms_cell, page_table


def instance_tables(manifest: Manifest) -> Iterator[Table]:
    """Networks, rules and figures of the instance stage; nothing where there is none."""
    stage = manifest.stages.instances
    if stage is None:
        return
    yield _networks(manifest, stage)
    yield _rules(manifest, stage)
    if stage.figures:
        yield _figures(manifest, stage)


def _networks(manifest: Manifest, stage: InstanceStage) -> Table:
    title = f"Outlines of instances: {as_markup(stage.network)}, {stage.rois} proposals a frame"
    table = page_table(title, ("network",), ("files",))
    for name, models in stage.networks.items():
        table.add_row(name, forms_cell(models, manifest))
    return table


def _rules(manifest: Manifest, stage: InstanceStage) -> Table:
    table = page_table("An instance is reported from", ("class",), ("score", "area, px"))
    for name, rule in zip(manifest.classes, stage.rules, strict=True):
        table.add_row(as_markup(name), f"{rule.score:.2f}", f"{rule.min_area_px:,}")
    return table


def _figures(manifest: Manifest, stage: InstanceStage) -> Table:
    kind = "SIMULATED" if manifest.simulated else "real"
    table = page_table(
        f"Instances on the holdout ({kind} data), average precision by COCO",
        ("precision",),
        ("frames", "box AP50", "box AP", "mask AP50", "mask AP"),
    )
    for precision, f in stage.figures.items():
        areas = (f.box_ap50, f.box_ap, f.mask_ap50, f.mask_ap)
        cells = ("" if area is None else f"{area:.3f}" for area in areas)
        table.add_row(precision, f"{f.n:,}", *cells)
    return table
