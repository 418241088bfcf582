"""A run of the instance network, from the data set to the finished folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edge.core.files import write_whole, written_beside
from train.backend import load_keras
from train.data.digest import data_digest, split_digest
from train.data.sample import DataSet, Sample
from train.evaluate.instances.instance_figures import instance_figures
from train.instances.anchor_shapes import fit_anchors, mean_best_iou
from train.instances.card import InstancesRunCard, about_plan, as_markdown, evaluated_epochs
from train.instances.evaluating import (
    FIGURES,
    as_model,
    epoch_figures,
    find_candidates,
    predicted_frames,
)
from train.instances.feed import make_window_feed
from train.instances.first_weights import start_networks_from
from train.instances.fit import InstanceTraining, compile_learner, fit
from train.instances.pictures import predictions
from train.instances.plan import InstancesPlan
from train.instances.scenes import Frames, Scene, make_scenes, spread
from train.loop import checkpoint
from train.loop.checkpoint import CheckpointState, Row
from train.loop.curves import draw_panels, write_history
from train.loop.progress import TrainingProgress
from train.loop.run_folder import (
    BOX_HEAD,
    CURVES,
    HISTORY,
    MASK_HEAD,
    PREDICTIONS,
    PYRAMID,
)
from train.networks.mask_rcnn import MaskRCNN, build_mask_rcnn
from train.regions.card import RunData, now, tool_versions, write_card

_PICTURED = 8
"""Number of val frames in the prediction picture."""


def train_instances(
    plan: InstancesPlan,
    data: DataSet,
    folder: Path,
    progress: TrainingProgress,
    *,
    command: str,
    resume: bool = False,
) -> InstancesRunCard:
    """Train the networks as planned and write their folder: models, card, curves and pictures.

    The holdout is not opened.

    Args:
        plan: The run's choices.
        data: The data set.
        folder: The run's folder; see ``train.loop.run_folder.claim_folder``.
        progress: Receives progress.
        command: The command that repeats the run, for the card.
        resume: Continue from the folder's checkpoint.

    Raises:
        DataError: train or val is missing or shows no defect.
        ImageError: A frame cannot be read.
        InterruptedTrainingError: Ctrl-C was pressed.
        MissingExtraError: TensorFlow is not installed.
        MissingPathError: The initial weights do not exist.
        TrainingError: Training diverged, cannot be resumed, or the initial weights do not fit.
        UnwritableError: The folder cannot be written.
    """
    began = now()
    keras = load_keras()
    scenes = make_scenes(data, "train", plan.limit)
    val = [scene.sample for scene in make_scenes(data, "val")]
    samples = [*data.of("train"), *data.of("val")]
    digests = {"digest": data_digest(samples), "split_digest": split_digest(samples)}
    identity = {**plan.as_json(), "data": digests}
    state = checkpoint.load(folder, identity) if resume else CheckpointState(started=began)
    frames = _frames("train", [scene.sample for scene in scenes], progress)
    sizes = _sizes(scenes, plan.window)
    anchors = fit_anchors(sizes, seed=plan.seed)
    feed = make_window_feed(plan, scenes, frames, anchors, data.nuisances)
    keras.utils.set_random_seed(plan.seed)
    network = build_mask_rcnn(len(data.classes), anchors, masks=feed.with_masks, trunk=plan.trunk)
    if plan.weights:
        start_networks_from(network, Path(plan.weights))
    # Importing the learner loads Keras, which is not needed to read a card.
    from train.instances.learner import Learner

    learner = Learner(network, anchors, plan.window, seed=plan.seed)
    compile_learner(learner, plan, feed.steps)
    model = as_model(network, plan.window, anchors, data.classes)
    watched = spread(val, plan.judge_frames)
    watched_frames = _frames("val", watched, progress)
    pictured = spread([sample for sample in watched if sample.instances] or watched, _PICTURED)

    def judge() -> dict[str, float]:
        found = find_candidates(model, watched_frames, len(watched))
        picture = predictions(predicted_frames(pictured, model), data.classes)
        write_whole(folder / PREDICTIONS, picture, durable=False)
        return epoch_figures(found, watched, data.classes)

    fit(learner, InstanceTraining(plan, feed, judge, folder, identity), state, progress)
    _save(folder, network)
    best = state.best_epoch if plan.recipe.best_weights else None
    _write_curves(folder, plan, state.history, best, masks=feed.with_masks)
    picture = predictions(predicted_frames(pictured, model), data.classes)
    write_whole(folder / PREDICTIONS, picture)
    progress.start_evaluating("val", len(val))
    found = find_candidates(model, Frames(val, mib=0), len(val), progress.advance)
    card = InstancesRunCard(
        **about_plan(plan, anchors),
        parameters=learner.count_params(),
        classes=data.classes,
        masks=feed.with_masks,
        anchors_iou=round(mean_best_iou(sizes, anchors), 4),
        epochs=state.epochs_done,
        weights=f"weights of epoch {best}, best on val" if best else "weights of the last epoch",
        command=command,
        windows_per_epoch=feed.steps * feed.batch,
        data=RunData(
            name=data.name,
            source=data.source,
            terms=data.terms,
            **digests,
            splits={"train": len(scenes), "val": len(val)},
        ),
        instances={
            "train": _counted([scene.sample for scene in scenes], data),
            "val": _counted(val, data),
        },
        versions=tool_versions(),
        judged_frames=len(watched),
        history=tuple(evaluated_epochs(state.history)),
        figures={"val": instance_figures(found, val, data.classes)},
        holdout_openings=(),
        started=state.started,
        finished=now(),
        seconds=round(sum(row["seconds"] for row in state.history), 1),
    )
    write_card(folder, card, as_markdown(card))
    checkpoint.remove(folder)
    return card


def _frames(split: str, samples: list[Sample], progress: TrainingProgress) -> Frames:
    progress.start_reading(split, len(samples))
    return Frames(samples, advance=progress.advance)


def _sizes(scenes: list[Scene], window: tuple[int, int]) -> NDArray[np.float32]:
    """Width and height in px of the training boxes at window scale, [n, 2]."""
    boxes = np.concatenate([scene.boxes for scene in scenes])
    return np.minimum(boxes[:, 2:] - boxes[:, :2], np.array(window, np.float32))


def _counted(samples: list[Sample], data: DataSet) -> dict[str, int]:
    """Number of instances of each class."""
    classes = [i.class_index for sample in samples for i in sample.instances]
    counts = np.bincount(classes, minlength=len(data.classes)).tolist()
    return dict(zip(data.classes, counts, strict=True))


def _save(folder: Path, network: MaskRCNN) -> None:
    """Write the networks without optimizer and losses, each file atomically."""
    for name, model in (
        (PYRAMID, network.pyramid),
        (BOX_HEAD, network.box_head),
        (MASK_HEAD, network.mask_head),
    ):
        if model is not None:
            path = folder / name
            with written_beside(path, suffix=path.suffix) as temporary:
                model.save(temporary)


def _write_curves(
    folder: Path, plan: InstancesPlan, history: list[Row], best: int | None, *, masks: bool
) -> None:
    """Write the history as CSV, and losses and average precision as a picture."""
    write_history(folder / HISTORY, history)
    others = ("epoch", "loss", "seconds", *FIGURES)
    parts = {name: name for name in history[0] if name not in others}
    kinds = ("box", "mask") if masks else ("box",)
    panels = {
        "Loss, all parts": {"training, while learning": "loss"},
        "Loss, each part": parts,
        "Average precision on val": {
            f"{kind} {label}": f"{kind}_{key}"
            for kind in kinds
            for label, key in (("AP50", "ap50"), ("AP", "ap"))
        },
    }
    draw_panels(folder / CURVES, history, f"Mask R-CNN, {plan.trunk}", panels, best, {})
