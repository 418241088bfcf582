"""``millsight data``: check, explore, split, simulate, fetch and convert data sets."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from dataclasses import replace
from pathlib import Path

import click

from edge.core.errors import DataError, UnwritableError
from edge.core.files import make_folder, writable
from train.atomic_paths import readable
from train.data import SPLIT_FILE, is_severstal, open_data, read_unsplit
from train.data.check import check_data
from train.data.counts import count_labels, split_names
from train.data.foreign import FOREIGN, open_foreign
from train.data.leaks import joined, labelled
from train.data.printed import console, counts_table, print_check, say
from train.data.progress import track
from train.data.sample import UNLABELLED, DataSet, Sample
from train.data.splits import STUDY_SHARES, apply_splits, parse_shares, split_data, write_splits

FOLDER = click.Path(path_type=Path)


@click.group()
def data() -> None:
    """Check, explore, split, simulate, fetch and convert data sets."""


@data.command(short_help="Verify images, sizes, masks and groups of a data set.")
@click.argument("root", type=FOLDER)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="How the result is printed; json lists every finding.",
)
@click.option(
    "--near-duplicates/--no-near-duplicates",
    default=True,
    help="Seek images that share surface: shifted, lit otherwise, mirrored, turned, or pasted into"
    " another; about half a minute for 5,000 small ones, then remembered. [default: seek]",
)
def check(root: Path, form: str, near_duplicates: bool) -> None:
    """Verify a data folder: images readable, sizes, masks decodable, orphans, duplicates.

    ROOT holds Severstal's train.csv and train_images/, COCO files as the tools export them, or a
    folder of pictures for each class, below one for each split or not. Exits with 8 where something
    is wrong, such as near-duplicates that cross splits.
    """
    report = check_data(root, track, near_duplicates=near_duplicates)
    if form == "json":
        click.echo(json.dumps(report.to_json(), indent=2, allow_nan=False))
    else:
        print_check(report)
    if report.errors:
        raise DataError(
            f"{root} has {report.errors} error{'s' * (report.errors > 1)}",
            "Mend what is listed before training on it",
        )


@data.command(short_help="Explore a data set: counts, areas, positions, examples.")
@click.argument("root", type=FOLDER)
@click.option(
    "--out",
    type=FOLDER,
    required=True,
    help="Folder for report.html and eda.json; made if missing.",
)
@click.option(
    "--images",
    type=click.IntRange(min=1),
    default=1000,
    show_default=True,
    help="Images read for brightness, at most; chosen by the seed.",
)
@click.option(
    "--examples",
    type=click.IntRange(0, 50),
    default=4,
    show_default=True,
    help="Images shown for each class, with masks drawn.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Chooses images and examples.",
)
def eda(root: Path, out: Path, images: int, examples: int, seed: int) -> None:
    """Explore a data set: counts, overlap, areas, positions, brightness, examples.

    Writes one page with pictures (OUT/report.html) and the numbers (OUT/eda.json).
    """
    from train.data.eda import write_exploration

    found = write_exploration(
        _with_known_splits(root), out, track, images=images, examples=examples, seed=seed
    )
    say(f"{found.counts.images:,} images explored: {out / 'report.html'}")


@data.command(short_help="Write a simulated data set in Severstal's layout.")
@click.argument("out", type=FOLDER)
@click.option(
    "--frames", type=click.IntRange(min=1), required=True, help="Frames to draw, 1600×256 each."
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="The same seed draws the same frames.",
)
@click.option(
    "--defect-rate",
    type=click.FloatRange(0, 1),
    help="Share of frames with a defect, 0 to 1. [default: as in Severstal, 0.53]",
)
@click.option(
    "--live",
    is_flag=True,
    help="Frames as the simulated camera composes them, to train on beside frames drawn whole: a"
    " hundred share prepared defects, so judge on others.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    help="Threads that draw. [default: half of this machine's cores, at most 4]",
)
def simulate(
    out: Path,
    frames: int,
    seed: int,
    defect_rate: float | None,
    live: bool,
    workers: int | None,
) -> None:
    """Write a simulated data set in Severstal's layout into the new folder OUT."""
    from train.data.simulate import SimulationSettings, simulate_data

    if workers is None:
        workers = min(4, max(1, (os.cpu_count() or 1) // 2))
    simulate_data(
        out, frames, SimulationSettings(seed, defect_rate, live), workers=workers, progress=track
    )
    written = read_unsplit(out)
    console().print(counts_table({"frames": count_labels(written.samples, written.classes)}))
    say(f"{frames:,} simulated frames: {out}")


@data.command(short_help="Fetch the Severstal competition's data from Kaggle.")
@click.argument("out", type=FOLDER)
def fetch(out: Path) -> None:
    """Fetch the Severstal competition's data through Kaggle into the new folder OUT.

    Needs the package kaggle, an account's token, and that the account has accepted the
    competition's rules on its website. A download that was cut short goes on.
    """
    from train.data.fetch import download_folder, fetch_severstal

    try:
        fetch_severstal(out, track)
    except KeyboardInterrupt:
        kept = f"stopped by Ctrl-C; what came is kept in {download_folder(out)}"
        raise click.Abort(f"{kept}. Go on with the same command") from None
    say(f"Fetched: {out}")


@data.command(short_help="Deal images to splits by group.")
@click.argument("root", type=FOLDER)
@click.option("--out", type=FOLDER, help="File to write. [default: ROOT/splits.csv]")
@click.option(
    "--shares",
    default=",".join(f"{name}={share}" for name, share in STUDY_SHARES.items()),
    show_default=True,
    help="Splits and the share of groups in each; must add up to 1.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Deals the groups.",
)
@click.option(
    "--near-duplicates",
    type=click.IntRange(0, 64),
    help="Also join images that look alike as a whole: whose difference hashes differ in at most so"
    " many of 256 bits. [default: only those that share surface]",
)
@click.option(
    "--identical-only",
    is_flag=True,
    help="Seek no images that share surface: join the groups that the data states, and copies.",
)
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
def split(
    root: Path,
    out: Path | None,
    shares: str,
    seed: int,
    near_duplicates: int | None,
    identical_only: bool,
    force: bool,
) -> None:
    """Deal images to splits by group and write them to a file, which is then reused.

    Images that share surface (shifted, lit otherwise, mirrored, turned, or pasted into another) are
    joined into one group, and a group stays together. The file overrules the splits that COCO's
    files or folders name.
    """
    from train.data.groups import join_similar

    wanted = parse_shares(shares)
    path = out or root / SPLIT_FILE
    undealt = read_unsplit(root)
    with writable(path):
        there = path.exists()
    if there and not force:
        raise UnwritableError(f"{path} exists already", "Replace it with --force")
    make_folder(path.parent)
    if near_duplicates is not None:
        undealt = _replaced(undealt, join_similar(labelled(undealt), near_duplicates, track))
    if not identical_only:
        undealt = joined(undealt, track)
    dealt = split_data(undealt, wanted, seed)
    write_splits(path, dealt.samples)
    by_split = {s: count_labels(dealt.of(s), dealt.classes) for s in split_names(dealt)}
    console().print(counts_table(by_split))
    groups = len({sample.group for sample in labelled(dealt)})
    say(f"{groups:,} groups dealt")
    say(f"Written: {path}")


@data.command(short_help="Write a data set as COCO instances.")
@click.argument("root", type=FOLDER)
@click.argument("out", type=FOLDER)
@click.option(
    "--splits",
    type=FOLDER,
    help="Split file. [default: ROOT/splits.csv, written if missing for Severstal's layout]",
)
@click.option(
    "--from",
    "foreign",
    type=click.Choice(list(FOREIGN)),
    help="What ROOT holds, where it is another tool's export: "
    + "; ".join(f"{name}: {form.about}" for name, form in FOREIGN.items())
    + ". Read by datumaro, in an environment of its own that is made on first use.",
)
@click.option(
    "--map",
    "renamed",
    multiple=True,
    metavar="OLD=NEW",
    help="Rename a class, or merge it into another: fray=break. OLD= leaves its instances out. May"
    " be given again.",
)
def convert(
    root: Path, out: Path, splits: Path | None, foreign: str | None, renamed: tuple[str, ...]
) -> None:
    """Write the data set in ROOT as COCO instances into the new folder OUT."""
    from train.data.class_map import map_classes, parse_map
    from train.data.convert import write_coco

    mapping = parse_map(renamed)
    with contextlib.ExitStack() as kept:
        if foreign:
            folder = Path(kept.enter_context(tempfile.TemporaryDirectory(prefix="millsight-")))
            opened = open_foreign(root, foreign, folder, splits)
        else:
            opened = open_data(root, splits=splits, create=is_severstal(root), progress=track)
        opened = map_classes(opened, mapping)
        write_coco(opened, out)
    say(f"{len(labelled(opened)):,} images: {out}")


def _with_known_splits(root: Path) -> DataSet:
    """The data set as it is split, without writing a split file where there is none."""
    found = read_unsplit(root)
    path = root / SPLIT_FILE
    with readable(path):
        there = path.exists()
    return apply_splits(found, path) if there else found


def _replaced(undealt: DataSet, labelled: list[Sample]) -> DataSet:
    return replace(undealt, samples=(*labelled, *undealt.of(UNLABELLED)))
