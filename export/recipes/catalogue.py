"""The recipes of ``millsight recipe``: the commands that make a bundle's models, in order.

Commands are written as typed after ``millsight``. ``{data}`` stands for the data folder, ``{runs}``
for the folder of the recipe's runs, and ``{out}`` for the bundle.

The shipped bundles were made this way, except for the instances of ``simulated``, which were
trained for 14 and 8 epochs from a run on NEU-Seg. Those of ``severstal`` were never trained in
full.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recipe:
    """Commands from a data set to a bundle.

    Attributes:
        name: Name of the recipe in ``millsight recipe``.
        about: One line for its help.
        commands: Name and command of each step, in order.
    """

    name: str
    about: str
    commands: tuple[tuple[str, str], ...]


def _distilled(
    teachers: tuple[str, ...], learning: str, *, gate: str, classifier: str
) -> tuple[tuple[str, str], ...]:
    """Steps for MobileNet teachers, and for a gate and a classifier distilled from them.

    All keep the holdout closed; the export opens it.

    Args:
        teachers: Options of each teacher; the first one teaches both.
        learning: Options of both gate and classifier.
        gate: Further options of the gate.
        classifier: Further options of the classifier.
    """
    names = [
        f"teacher{number}" if number > 1 else "teacher" for number in range(1, 1 + len(teachers))
    ]
    return (
        *(
            (
                name,
                f"train multiclass --data {{data}} --out {{runs}}/{name} --network mobilenet"
                f" --no-holdout {teaching}",
            )
            for name, teaching in zip(names, teachers, strict=True)
        ),
        *(
            (
                name,
                f"train {task} --data {{data}} --out {{runs}}/{name} --network compact"
                f" --teacher {{runs}}/teacher --no-holdout {learning} {own}",
            )
            for name, task, own in (
                ("gate", "binary", gate),
                ("classifier", "multiclass", classifier),
            )
        ),
    )


def _instances_step(options: str) -> tuple[str, str]:
    """Step for the instance network on the classifier's backbone, with further options."""
    return (
        "instances",
        "train instances --data {data} --out {runs}/instances --batch 8 --learning-rate 0.0015"
        f" --weights {{runs}}/classifier --judge-every 4 {options}",
    )


def _export_step(name: str, description: str, options: str = "") -> tuple[str, str]:
    return (
        "export",
        "export --gate {runs}/gate --classifier {runs}/classifier --instances {runs}/instances"
        f" --data {{data}} --out {{out}} --name {name} --description '{description}' {options}",
    )


COLD_STRIP = Recipe(
    "cold-strip",
    "Cold-rolled strip: CR7's tiles.",
    (
        *_distilled(
            (
                "--stride 25x128 --items-per-epoch 5800 --epochs 7",
                "--stride 25x128 --items-per-epoch 5800 --epochs 9 --seed 1 --rough",
            ),
            "--stride 50x128 --items-per-epoch 5800",
            gate="--epochs 40",
            classifier="--epochs 60 --rough --teacher {runs}/teacher2",
        ),
        _instances_step("--window 400x128 --epochs 34"),
        _export_step(
            "cold-strip",
            "Cold-rolled strip, trained on CR7-DET tiles of 200x128.",
            "--unit tile --windows 400x128 --windows 1600x256",
        ),
    ),
)

_MORE = "--also {data}-more --also {data}-live"
"""Training-only frames: drawn like the data set, and as the simulated camera shows them."""

SIMULATED = Recipe(
    "simulated",
    "Simulated strip, drawn first.",
    (
        ("draw", "data simulate {data} --frames 4000 --seed 1"),
        ("split", "data split {data} --shares train=0.8,val=0.1,holdout=0.1"),
        ("draw-more", "data simulate {data}-more --frames 9000 --seed 2"),
        ("split-more", "data split {data}-more --shares train=1"),
        ("draw-live", "data simulate {data}-live --frames 5000 --seed 3 --live"),
        ("split-live", "data split {data}-live --shares train=1"),
        ("draw-val", "data simulate {data}-val --frames 3000 --seed 4"),
        ("split-val", "data split {data}-val --shares val=1"),
        (
            "gate",
            f"train binary --data {{data}} {_MORE} --network patches --out {{runs}}/gate"
            " --epochs 75 --items-per-epoch 16000 --no-holdout",
        ),
        (
            "classifier",
            f"train multiclass --data {{data}} {_MORE} --network compact --rough"
            " --out {runs}/classifier --epochs 33 --items-per-epoch 16000 --no-holdout",
        ),
        _instances_step("--window 400x256 --items-per-epoch 2000 --epochs 22 --judge-frames 100"),
        _export_step(
            "simulated",
            "Simulated strip of 1600x256 with four classes: to try out, not for real strip.",
            "--also {data}-val --simulated --windows 400x256 --windows 1600x256 --ap-margin 3",
        ),
    ),
)

SEVERSTAL = Recipe(
    "severstal",
    "The Severstal competition's folder, or one like it: train.csv beside train_images/.",
    (
        *_distilled(
            ("--items-per-epoch 20000 --epochs 6",),
            "--items-per-epoch 20000",
            gate="--epochs 20",
            classifier="--epochs 20",
        ),
        _instances_step("--window 400x256 --items-per-epoch 6000 --epochs 20 --judge-frames 100"),
        _export_step("severstal", "Severstal frames of 1600x256 with four classes."),
    ),
)

FETCH = ("fetch", "data fetch {data}")

STUDY = tuple(
    (
        f"study-{task}-{network}",
        f"train {task} --data {{data}} --out {{runs}}/study-{task}-{network} --network {network}",
    )
    for task in ("binary", "multiclass")
    for network in ("ann1", "ann2", "ann3", "cnn1", "cnn2", "cnn3", "cnn4")
)
"""The study's networks with its training: on whole frames resized to 256×256."""

RECIPES = {recipe.name: recipe for recipe in (COLD_STRIP, SIMULATED, SEVERSTAL)}
