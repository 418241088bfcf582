"""Trains the peer from scratch for a given wall time. Run it in the peer's environment:

    python -m benchmarks.peers.yolo.fit --data runs/peers/cr7/data --task detect --size 416 \\
        --minutes 120 --cores 1 --out runs/peers/cr7/fit

The settings are those that Ultralytics recommends, except: one grey channel, no pretrained weights,
no early stopping, no mixed precision (a CPU has none), and images cached in memory. The minutes
include validation after each epoch, as for our runs. After a stop the same command resumes from the
last complete epoch; the time of the incomplete one is not counted. ``curve.csv`` has AP on val by
minutes.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import click

from benchmarks.peers.yolo.curve import read_curve, write_curve

MODELS = {"detect": "yolo26n.yaml", "segment": "yolo26n-seg.yaml"}


class _Clock:
    """Makes Ultralytics' time limit include the minutes before a resumption."""

    def __init__(self, spent_s: float, cores: int) -> None:
        self._spent_s = spent_s
        self._cores = cores

    def on_train_start(self, trainer: Any) -> None:
        import torch

        torch.set_num_threads(self._cores)
        trainer.train_time_start -= self._spent_s

    def on_train_epoch_start(self, trainer: Any) -> None:
        # Ultralytics estimates the epochs that still fit from the time since this epoch.
        trainer.start_epoch = 0

    def on_fit_epoch_end(self, trainer: Any) -> None:
        write_curve(trainer.csv, trainer.save_dir / "curve.csv")


def _setting(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> dict[str, Any]:
    pairs = [setting.partition("=")[::2] for setting in given]
    try:
        return {name: ast.literal_eval(value) for name, value in pairs}
    except (SyntaxError, ValueError):
        raise click.BadParameter("write NAME=VALUE, a text in quotes") from None


@click.command()
@click.option("--data", required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--task", type=click.Choice(list(MODELS)), required=True)
@click.option("--size", type=int, required=True, help="Longer side in pixels, a multiple of 32.")
@click.option("--minutes", type=click.FloatRange(min=0, min_open=True), required=True)
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False))
@click.option("--cores", default=1, show_default=True)
@click.option("--batch", default=16, show_default=True)
@click.option("--seed", default=0, show_default=True)
@click.option("--weights", type=click.Path(path_type=Path, exists=True), help="Initial weights.")
@click.option("--rect", is_flag=True, help="Rectangular batches; no mosaics, no shuffling.")
@click.option("--set", "settings", multiple=True, callback=_setting, help="More settings.")
def main(
    data: Path,
    task: str,
    size: int,
    minutes: float,
    out: Path,
    cores: int,
    batch: int,
    seed: int,
    weights: Path | None,
    rect: bool,
    settings: dict[str, Any],
) -> None:
    """Train, or resume training."""
    from benchmarks.peers.yolo.quiet import YOLO

    last, curve = out / "weights" / "last.pt", read_curve(out / "results.csv")
    spent = curve[-1]["minutes"] if curve else 0.0
    if spent >= minutes:
        raise click.ClickException(f"{out} has had its {minutes:g} minutes; name a new folder")
    resumed = bool(curve) and last.exists()
    model = YOLO(str(last) if resumed else MODELS[task])
    clock = _Clock(60 * spent if resumed else 0.0, cores)
    for event in ("on_train_start", "on_train_epoch_start", "on_fit_epoch_end"):
        model.add_callback(event, getattr(clock, event))
    fresh = {
        "data": str(data / "data.yaml"),
        "imgsz": size,
        "batch": batch,
        "seed": seed,
        "rect": rect,
        "pretrained": str(weights) if weights else False,
        "amp": False,
        "deterministic": False,
        "optimizer": "auto",
        "project": str(out.parent.resolve()),
        "name": out.name,
        "exist_ok": True,
    }
    always = {"time": minutes / 60, "device": "cpu", "cache": True, "patience": 0, "plots": False}
    model.train(**always, **({"resume": True} if resumed else fresh | settings))


if __name__ == "__main__":
    main()
