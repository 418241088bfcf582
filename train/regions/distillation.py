"""Knowledge distillation: targets mixed with the predictions of trained networks.

Soft targets carry what a label does not: a tile labelled clean that shows half a pit, or two
classes that look alike. Softmax cross-entropy is linear in its target, so mixing predictions into
the targets equals adding a second loss (Hinton et al. 2015).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from edge.core.errors import ConfigError
from edge.core.geometry import Geometry
from train.regions.finished import Run
from train.regions.items import Items
from train.regions.split_figures import BATCH, predict_logits
from train.regions.task import Task


def check_teachers(teachers: Sequence[Run], task: Task, geometry: Geometry) -> None:
    """Check that the teachers fit the task.

    Raises:
        ConfigError: A teacher has other classes, another region size, or an unsuitable task.
    """
    for teacher in teachers:
        card = teacher.card
        if card.classes != task.classes:
            raise ConfigError(
                f"the teacher {teacher.folder} has other classes: {', '.join(card.classes)}",
                "Train a teacher on this data",
            )
        if teacher.geometry != geometry:
            raise ConfigError(
                f"the teacher {teacher.folder} has another region size",
                "Give both the same --region",
            )
        if task.name == "multilabel" or card.task == "multilabel":
            raise ConfigError("multilabel networks do not support distillation", "Leave it out")
        if task.name == "multiclass" and card.task == "binary":
            raise ConfigError(
                f"the teacher {teacher.folder} has no classes: it is binary",
                "Give a multiclass run",
            )


def teacher_predictions(
    teachers: Sequence[Run],
    task: Task,
    items: Items,
    advance: Callable[[], None] = lambda: None,
) -> NDArray[np.float32]:
    """Mean prediction of the teachers as log-probabilities, [n, outputs].

    Args:
        teachers: Runs checked by ``check_teachers``.
        task: Binary or multiclass.
        items: The training items, without augmentation.
        advance: Called after each batch; see ``teacher_batches``.
    """
    answers = np.zeros((len(items), len(task.outputs)))
    for teacher in teachers:
        asked = Task(teacher.card.task, task.classes)
        scores = asked.scores(predict_logits(teacher.load(), items, advance))
        if task.name == "binary":
            scores = np.column_stack([scores[:, 0], 1 - scores[:, 0]])
        answers += scores / len(teachers)
    return np.log(answers.clip(1e-6)).astype(np.float32)


def teacher_batches(teachers: Sequence[Run], items: Items) -> int:
    """How often ``teacher_predictions`` calls ``advance``."""
    return len(teachers) * -(-len(items) // BATCH)


def mixed_targets(
    targets: NDArray[np.float32],
    answers: NDArray[np.float32],
    shift: NDArray[np.float32],
    trust: float,
) -> NDArray[np.float32]:
    """Targets [n, outputs]: the weighted mean of labels and teachers, with weight ``trust`` for the
    teachers.

    The teachers predict for the natural class frequencies, but the loss is taken on balanced draws.
    Their log-probabilities therefore get the same shift as the logits; see
    ``train.regions.losses.prior_shift``.
    """
    shifted = answers + shift
    shifted = np.exp(shifted - shifted.max(axis=1, keepdims=True))
    soft = shifted / shifted.sum(axis=1, keepdims=True)
    return np.asarray((1 - trust) * targets + trust * soft, np.float32)
