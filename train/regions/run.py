"""A training run, from the data set to the finished folder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from train.backend import load_keras
from train.data.digest import data_digest, split_digest
from train.data.sample import DataSet
from train.data.tiles import Tile
from train.loop import checkpoint
from train.loop.checkpoint import CheckpointState
from train.loop.curves import (
    training_label,
    write_curves,
    write_history,
)
from train.loop.progress import TrainingProgress
from train.loop.run_folder import (
    CURVES,
    HISTORY,
    MODEL,
)
from train.regions.card import (
    RunCard,
    RunData,
    RunOpening,
    about_network,
    now,
    tool_versions,
    write_card,
)
from train.regions.card_page import as_markdown
from train.regions.distillation import (
    check_teachers,
    mixed_targets,
    teacher_batches,
    teacher_predictions,
)
from train.regions.feed import RegionFeed, class_shares, make_region_feed
from train.regions.finished import read_run
from train.regions.first_weights import read_weights, start_from
from train.regions.fit import (
    RegionTraining,
    compile_model,
    fit,
)
from train.regions.item_cutting import cut_items, open_also
from train.regions.items import (
    Items,
)
from train.regions.losses import make_loss, prior_shift
from train.regions.model_file import build_network, save_model
from train.regions.plan import RegionsPlan
from train.regions.split_figures import figures, predict_logits
from train.regions.task import Task


def train_run(
    plan: RegionsPlan,
    data: DataSet,
    tiles: dict[str, list[Tile]],
    folder: Path,
    progress: TrainingProgress,
    *,
    command: str,
    resume: bool = False,
    answers: NDArray[np.float32] | None = None,
) -> RunCard:
    """Train a network as planned and write its folder: model, card, curves and history.

    Args:
        plan: The run's choices.
        data: The data set.
        tiles: Tiles of the data set; see ``train.regions.items.choose_tiles``.
        folder: The run's folder; see ``train.loop.run_folder.claim_folder``.
        progress: Receives progress.
        command: The command that repeats the run, for the card.
        resume: Continue from the folder's checkpoint.
        answers: The teachers' predictions for the training items, if already known; see
            ``train.regions.distillation.teacher_predictions``.

    Raises:
        DataError: All training items have the same label.
        ImageError: A frame cannot be read.
        InterruptedTrainingError: Ctrl-C was pressed.
        ConfigError: A teacher does not fit, or the classes of ``plan.also`` do not.
        MissingExtraError: TensorFlow is not installed.
        MissingPathError: The initial weights or a teacher do not exist.
        TrainingError: Training diverged, cannot be resumed, or the initial weights do not fit.
        UnwritableError: The folder cannot be written.
    """
    began = now()
    load_keras()
    sources = _sources(plan, data, tiles)
    state = checkpoint.load(folder, sources.identity) if resume else CheckpointState(started=began)
    task = Task(plan.task, data.classes)
    teachers = [read_run(Path(folder)) for folder in plan.teachers]
    check_teachers(teachers, task, plan.geometry)
    items = cut_items(tiles, data, sources.others, plan, progress)
    feed = make_region_feed(plan, task, items["train"], data.nuisances)
    shares = class_shares(feed.groups, plan.recipe.balance)
    shift = prior_shift(task, feed.targets, feed.groups, shares)
    if teachers:
        if answers is None:
            progress.start_teachers(teacher_batches(teachers, items["train"]))
            answers = teacher_predictions(teachers, task, items["train"], progress.advance)
        feed = replace(feed, targets=mixed_targets(feed.targets, answers, shift, plan.recipe.trust))
    model = _compiled(plan, task, feed, shift)
    training = RegionTraining(plan, task, feed, items["val"], folder, sources.identity)
    fit(model, training, state, progress)
    _write_network(folder, model, plan, task, state)
    card = _card(plan, task, data, sources, items, model, state, command)
    write_card(folder, card, as_markdown(card))
    checkpoint.remove(folder)
    return card


@dataclass(frozen=True, slots=True)
class _Sources:
    """The data sets of a run, and the identity that a resumed run must match.

    Attributes:
        digests: ``digest`` and ``split_digest`` of the data set.
        others: Additional data sets.
        digests_also: Digests of their training images.
        identity: Plain values.
    """

    digests: dict[str, str]
    others: list[DataSet]
    digests_also: list[str]
    identity: dict[str, Any]


def _sources(plan: RegionsPlan, data: DataSet, tiles: dict[str, list[Tile]]) -> _Sources:
    samples = [sample for split in tiles for sample in data.of(split)]
    digests = {"digest": data_digest(samples), "split_digest": split_digest(samples)}
    others = [open_also(folder, plan.task, data) for folder in plan.also]
    digests_also = [data_digest(other.of("train")) for other in others]
    identity = {**plan.as_json(), "data": digests, "data_also": digests_also}
    return _Sources(digests, others, digests_also, identity)


def _compiled(plan: RegionsPlan, task: Task, feed: RegionFeed, shift: NDArray[np.float32]) -> Any:
    """The ``keras.Model`` with its initial weights, optimizer and loss."""
    load_keras().utils.set_random_seed(plan.seed)
    model = build_network(plan, task)
    if plan.weights:
        start_from(model, read_weights(Path(plan.weights)))
    smoothing, focal = plan.recipe.label_smoothing, plan.recipe.focal
    loss = make_loss(task, label_smoothing=smoothing, shift=shift, focal=focal)
    compile_model(model, plan, task, loss, feed.steps)
    return model


def _write_network(
    folder: Path, model: Any, plan: RegionsPlan, task: Task, state: CheckpointState
) -> None:
    """Write the network, its history and its curves."""
    save_model(folder / MODEL, model, plan, task)
    write_history(folder / HISTORY, state.history)
    title, label = f"{plan.network}, {plan.task}", training_label(plan.recipe, model)
    write_curves(folder / CURVES, state.history, title, _best_epoch(plan, state), training=label)


def _card(
    plan: RegionsPlan,
    task: Task,
    data: DataSet,
    sources: _Sources,
    items: dict[str, Items],
    model: Any,
    state: CheckpointState,
    command: str,
) -> RunCard:
    """The run's card; evaluates the network on val and, if it is opened, on holdout."""
    judged = {split: cut for split, cut in items.items() if split != "train"}
    best = _best_epoch(plan, state)
    return RunCard(
        **about_network(plan, task, model.count_params()),
        epochs=state.epochs_done,
        weights=f"weights of epoch {best}, best on val" if best else "weights of the last epoch",
        command=command,
        data=RunData(
            name=data.name,
            source=data.source,
            terms=data.terms,
            **sources.digests,
            splits={split: len(cut) for split, cut in items.items()},
            also=tuple(other.provenance for other in sources.others),
            also_digests=tuple(sources.digests_also),
        ),
        versions=tool_versions(),
        figures={
            split: figures(task, predict_logits(model, cut), cut) for split, cut in judged.items()
        },
        holdout_openings=(RunOpening(by=command, when=now()),) if "holdout" in judged else (),
        started=state.started,
        finished=now(),
        seconds=round(sum(row["seconds"] for row in state.history), 1),
    )


def _best_epoch(plan: RegionsPlan, state: CheckpointState) -> int | None:
    """The epoch whose weights are kept; None: the last."""
    return state.best_epoch if plan.recipe.best_weights else None
