"""Figures of an instance run on the holdout, in float and quantized, as Markdown.

    python -m benchmarks.instances_table runs/instances-neuseg --data ../shared/data/neuseg

The networks are quantized as for a bundle: heads and rules are chosen on val with the quantized
TFLite form. Then every form processes whole frames of the holdout with the device's engine and host
code. In brackets are 95 % intervals, bootstrapped over groups of near-duplicates. Recall and false
alarms are with the rules applied, for boxes at IoU 0.5.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from export.choose.instances_on_val import choose_instances, window_sizes
from export.compare.evidence import packable_rungs
from export.convert.forms import EXACT
from export.progress import ExportProgress
from export.score.input_checks import HOLDOUT, check_instances
from export.settings import Margins
from train.data import open_data
from train.evaluate.instances.instance_figures import figures_of, instance_differences
from train.evaluate.instances.matched_instances import MatchedInstances, match_instances
from train.instances.finished import read_instances_run
from train.instances.scenes import Frames

HEAD = (
    "| form | box AP50 | box AP | mask AP50 | mask AP | AP50 − float | mIoU | Dice, foreground "
    "| recall | false alarms a frame |\n|---|---|---|---|---|---|---|---|---|---|"
)


@click.command()
@click.argument("run", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--data", required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--split", default=HOLDOUT, show_default=True)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="All of it as JSON.")
def main(run: Path, data: Path, split: str, out: Path | None) -> None:
    """Judge the instance run RUN on a split."""
    console = Console(stderr=True)
    finished, labelled = read_instances_run(run), open_data(data)
    check_instances(finished, labelled)
    samples = labelled.of(split)
    frames = Frames(samples, mib=512)
    judged: dict[str, MatchedInstances] = {}
    with ExportProgress(console) as progress:
        sizes = window_sizes(finished, labelled)
        chosen = choose_instances(finished, labelled, sizes, Margins(), progress, console.print)
        shown = [
            rung for rung in packable_rungs(chosen.evidence) if rung == EXACT or rung.remediable
        ]
        forms = {f"{r.precision} {_NAMES[r.format]}": chosen.rung_formats[r] for r in shown}
        for name, formats in forms.items():
            found = chosen.networks.candidates(formats, split, samples, frames, progress)
            judged[name] = match_instances(found, samples, labelled.classes, chosen.rules)
    exact = judged["float32 TFLite"]
    figures = {name: figures_of(one) for name, one in judged.items()}
    lost = {name: instance_differences(one, exact) for name, one in judged.items()}
    n = figures["float32 TFLite"]
    click.echo(
        f"{run}, {split} of {labelled.name}: {n['n']:,} instances on {n['n_frames']:,} frames in "
        f"{n['n_groups']:,} groups\n\n{HEAD}"
    )
    for name, found_figures in figures.items():
        click.echo(_row(name, found_figures, lost[name]))
    click.echo("\n| class | n | box AP50 | mask AP50 | recall |\n|---|---|---|---|---|")
    for name, one in figures["int8 TFLite"]["per_class"].items():
        click.echo(
            f"| {name} | {one['n']} | {_part(one['box_ap50'])} | {_part(one['mask_ap50'])} "
            f"| {_part(one['recall'])} |"
        )
    if out is not None:
        out.write_text(json.dumps({"figures": figures, "differences": lost}, indent=1) + "\n")


_NAMES = {"tflite": "TFLite", "onnx": "ONNX (QDQ)"}


def _row(name: str, figures: dict[str, Any], lost: dict[str, Any]) -> str:
    kind = "mask" if lost["mask_ap50"] else "box"
    pair = lost[f"{kind}_ap50"]
    difference = (
        ""
        if name.startswith("float") or not pair
        else f"{pair['difference'] * 100:+.2f} points"
        f"{_interval(pair['difference_interval'], 100, '+.2f')}"
    )
    at_rules = figures["detections"]["iou50"]
    cells = [
        name,
        _part(figures["box_ap50"]) + _interval(figures["box_ap50_interval"]),
        _part(figures["box_ap"]),
        _part(figures["mask_ap50"]) + _interval(figures["mask_ap50_interval"]),
        _part(figures["mask_ap"]),
        difference,
        _part(figures["foreground_miou"]),
        _part(figures["dice_foreground"]),
        _part(at_rules["recall"]),
        _part(at_rules["false_alarms_per_frame"], ".2f"),
    ]
    return f"| {' | '.join(cells)} |"


def _part(value: float | None, how: str = ".3f") -> str:
    return "–" if value is None else format(value, how)


def _interval(ends: tuple[float, float] | None, scale: float = 1.0, how: str = ".3f") -> str:
    return "" if ends is None else f" ({' to '.join(format(end * scale, how) for end in ends)})"


if __name__ == "__main__":
    main()
