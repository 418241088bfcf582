"""A bundle's verdicts on the twenty real Severstal frames, with the truth, as Markdown.

    python -m benchmarks.real_frames --data ../shared/data/severstal [BUNDLE]

Twenty frames are too few for a rate; they only show examples of verdicts on real strip.
"""

from __future__ import annotations

import csv
from pathlib import Path

import click

from edge.cameras.files import FileCamera
from edge.cli.options import open_bundle
from edge.core.frame import Frame
from edge.install.trust import Device
from edge.vision.cascade import Cascade
from train.evaluate.metrics import wilson


@click.command()
@click.argument("bundle", required=False)
@click.option("--data", "folder", required=True, type=click.Path(path_type=Path))
def real_frames(bundle: str | None, folder: Path) -> None:
    """Print the table of BUNDLE (default: the shipped one) on the frames in DIR/frames."""
    cascade = Cascade.from_bundle(open_bundle(bundle, Device(allow_unsigned=True)))
    with (folder / "image_classes.csv").open(newline="") as table:
        truth = {
            Path(row["ImageId"]).stem: [c for c in "1234" if row[f"c{c}"] == "1"]
            for row in csv.DictReader(table)
        }
    click.echo("| frame | truth | verdict | score | classes found |\n|---|---|---|---|---|")
    right = []
    for frame in FileCamera([folder / "frames"]):
        if not isinstance(frame, Frame):
            raise click.ClickException(frame.detail)
        seen, name = cascade.inspect(frame), Path(frame.source).stem
        right.append(seen.defective == bool(truth[name]))
        found = ", ".join(sorted({defect.class_name for defect in seen.defects})) or "–"
        cells = [
            name,
            ", ".join(truth[name]) or "clean",
            ("defect" if seen.defective else "clean") + ("" if right[-1] else " (wrong)"),
            f"{seen.defect_score:.2f}",
            found,
        ]
        click.echo(f"| {' | '.join(cells)} |")
    low, high = wilson(sum(right), len(right))
    click.echo(
        f"\n{sum(right)} of {len(right)} verdicts are right "
        f"(95 % interval {low:.0%} to {high:.0%})."
    )


if __name__ == "__main__":
    real_frames()
