"""A training run from data to a finished folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np

from edge.errors import DataError, TrainingError, UnwritableError
from edge.files import make_folder
from train import checkpoint
from train.augment import Augmentation
from train.backend import load_keras
from train.batches import Feed, class_shares
from train.card import FORMAT, Card, tool_versions, write_card
from train.checkpoint import State
from train.curves import write_curves, write_history
from train.data.digest import data_digest
from train.data.sample import DataSet
from train.figures import figures, predict_logits
from train.fit import Training, compile_model, fit
from train.items import Items, cut_items
from train.losses import make_loss, prior_shift
from train.networks import NETWORKS
from train.plan import Plan
from train.progress import TrainingProgress
from train.task import Task

MODEL, CARD = "model.keras", "card.json"


def prepare_folder(folder: Path, *, resume: bool, overwrite: bool) -> None:
    """Create a run's folder, and refuse to train over a run that is there.

    Raises:
        TrainingError: It holds a finished run, or one that could be resumed.
        UnwritableError: It cannot be created.
    """
    make_folder(folder)
    finished, begun = folder / CARD, folder / checkpoint.NAME
    if overwrite:
        return
    if finished.exists():
        raise TrainingError(
            f"{folder} holds a finished run", "Choose another --out, or train anew with --overwrite"
        )
    if begun.exists() and not resume:
        raise TrainingError(
            f"{folder} holds a run that was interrupted",
            "Go on with --resume, or train anew with --overwrite",
        )


def train_run(
    plan: Plan,
    data: DataSet,
    folder: Path,
    progress: TrainingProgress,
    *,
    command: str,
    resume: bool = False,
) -> Card:
    """Train a network as planned and write its folder: model, card, curves and history.

    Args:
        plan: Every choice of the run.
        data: With the splits train and val, and holdout to report on.
        folder: Of the run; see ``prepare_folder``.
        progress: Shows how it goes.
        command: The command that repeats the run, for the card.
        resume: Go on from the folder's checkpoint.

    Raises:
        DataError: A split is empty, or all training items have one label.
        ImageError: A frame cannot be read, or is smaller than a region.
        InterruptedTrainingError: Ctrl-C came.
        MissingExtraError: TensorFlow is not installed.
        TrainingError: Training diverged, or cannot be resumed.
        UnwritableError: The folder cannot be written.
    """
    started = _now()
    used = _splits(data)
    digest = data_digest(sample for split in used for sample in data.of(split))
    identity = {**plan.as_json(), "data": digest}
    state = checkpoint.load(folder, identity) if resume else State()
    keras = load_keras()
    task = Task(plan.task, data.classes)
    items = _cut(data, used, plan, progress)
    feed = _feed(plan, task, items["train"])
    keras.utils.set_random_seed(plan.seed)
    model = build_network(plan, task)
    shift = prior_shift(
        task, feed.targets, feed.groups, class_shares(feed.groups, plan.recipe.balance)
    )
    loss = make_loss(task, label_smoothing=plan.recipe.label_smoothing, shift=shift)
    compile_model(model, plan, task, loss, feed.steps)
    if not resume:
        _remove(folder / CARD, folder / checkpoint.NAME)
    fit(model, Training(plan, task, feed, items["val"], folder, identity), state, progress)
    save_model(folder / MODEL, model, plan, task)
    write_history(folder / "history.csv", state.history)
    best = state.best_epoch if plan.recipe.best_weights else None
    write_curves(folder / "curves.png", state.history, f"{plan.network}, {plan.task}", best)
    card = Card(
        format=FORMAT,
        **_about(plan, task, model),
        epochs=state.epochs_done,
        weights=f"weights of epoch {best}, best on val" if best else "weights of the last epoch",
        command=command,
        data={
            "name": data.name,
            "source": data.source,
            "terms": data.terms,
            "digest": digest,
            "splits": {split: len(cut) for split, cut in items.items()},
        },
        versions=tool_versions(),
        figures={
            split: figures(task, predict_logits(model, cut), cut)
            for split, cut in items.items()
            if split != "train"
        },
        started=started,
        finished=_now(),
        seconds=round(sum(row["seconds"] for row in state.history), 1),
    )
    write_card(folder, card)
    _remove(folder / checkpoint.NAME)
    return card


def _about(plan: Plan, task: Task, model: Any) -> dict[str, Any]:
    """What a card says of the network itself."""
    region, size = plan.geometry.region, plan.geometry.input
    return {
        "task": plan.task,
        "network": plan.network,
        "about": NETWORKS[plan.network].about,
        "parameters": model.count_params(),
        "classes": list(task.classes),
        "outputs": list(task.outputs),
        "activation": task.activation,
        "geometry": {"region": list(region) if region else None, "input": list(size)},
        "seed": plan.seed,
        "recipe": asdict(plan.recipe),
    }


def _now() -> str:
    """Local time with its zone, ISO 8601, to the second."""
    return datetime.now(UTC).astimezone().isoformat(timespec="seconds")


def build_network(plan: Plan, task: Task) -> Any:
    """The plan's untrained ``keras.Model``.

    Raises:
        TrainingError: The network cannot be built for the input's size.
    """
    width, height = plan.geometry.input
    try:
        return NETWORKS[plan.network].build((height, width, 1), len(task.outputs))
    except ValueError:
        raise TrainingError(
            f"{plan.network} cannot be built for an input of {width}×{height}",
            "Choose larger regions with --region",
        ) from None


def save_model(path: Path, model: Any, plan: Plan, task: Task) -> None:
    """Write a network without optimizer and loss, whole or not at all."""
    bare = build_network(plan, task)
    checkpoint.assign(bare.variables, checkpoint.values(model.variables))
    with _written_beside(path) as temporary:
        bare.save(temporary)


@contextmanager
def _written_beside(path: Path) -> Iterator[Path]:
    """A temporary name with the same suffix, renamed to ``path`` once it is written."""
    temporary = path.with_name(f".{uuid4().hex}{path.suffix}")
    try:
        yield temporary
        temporary.replace(path)
    except OSError as error:
        raise UnwritableError(f"{path} cannot be written: {error.strerror or error}") from None
    finally:
        temporary.unlink(missing_ok=True)


def _splits(data: DataSet) -> list[str]:
    """Train and val, and holdout where the data has one."""
    for split, use in {"train": "learn from", "val": "choose on"}.items():
        if not data.of(split):
            raise DataError(
                f"{data.root} has no {split} images to {use}",
                "Split it with: millsight data split",
            )
    return ["train", "val", *(["holdout"] if data.of("holdout") else [])]


def _remove(*paths: Path) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _cut(
    data: DataSet, splits: list[str], plan: Plan, progress: TrainingProgress
) -> dict[str, Items]:
    """The items of each split."""
    items = {}
    for split in splits:
        progress.start_cutting(split, len(data.of(split)))
        limit = plan.limit if split == "train" else None
        items[split] = cut_items(data, split, plan.geometry, limit=limit, advance=progress.advance)
    return items


def _feed(plan: Plan, task: Task, items: Items) -> Feed:
    targets = task.targets(items.labels)
    if len(np.unique(targets, axis=0)) < 2:
        raise DataError(
            "all training items have the same label, so there is nothing to learn",
            "Check the labels with: millsight data check",
        )
    groups = targets.argmax(axis=1) if task.name == "binary" else task.groups(items.labels)
    return Feed(
        items=items,
        targets=targets,
        groups=groups,
        batch=plan.recipe.batch,
        count=plan.items_per_epoch or len(items),
        balance=plan.recipe.balance,
        seed=plan.seed,
        augmentation=Augmentation() if plan.recipe.augment else None,
    )
