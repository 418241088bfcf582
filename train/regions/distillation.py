"""Distillation: targets that trained networks have a say in (Hinton et al. 2015).

A teacher's answer says what a label cannot: that a tile labelled clean shows half a pit, or that
two classes look alike. A softmax cross-entropy is linear in its target, so mixing answers into the
targets is the same as adding a second loss.
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
    """Make sure that teachers can teach.

    Raises:
        ConfigError: One knows other classes, looks at regions of another size, or cannot answer.
    """
    for teacher in teachers:
        card = teacher.card
        if card.classes != task.classes:
            raise ConfigError(
                f"the teacher {teacher.folder} knows other classes: {', '.join(card.classes)}",
                "Train a teacher on this data",
            )
        if teacher.geometry != geometry:
            raise ConfigError(
                f"the teacher {teacher.folder} looks at regions of another size",
                "Give both the same --region",
            )
        if task.name == "multilabel" or card.task == "multilabel":
            raise ConfigError("multilabel networks neither teach nor are taught", "Leave it out")
        if task.name == "multiclass" and card.task == "binary":
            raise ConfigError(
                f"the teacher {teacher.folder} tells no classes apart", "Give a multiclass run"
            )


def teacher_answers(
    teachers: Sequence[Run],
    task: Task,
    items: Items,
    advance: Callable[[], None] = lambda: None,
) -> NDArray[np.float32]:
    """The teachers' mean answer to the task, as logarithms of probabilities, [n, outputs].

    Args:
        teachers: Checked by ``check_teachers``.
        task: Binary or multiclass.
        items: What they are asked about, unchanged.
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
    """How often ``taught`` says that it got on."""
    return len(teachers) * -(-len(items) // BATCH)


def mixed_targets(
    targets: NDArray[np.float32],
    answers: NDArray[np.float32],
    shift: NDArray[np.float32],
    trust: float,
) -> NDArray[np.float32]:
    """Targets [n, outputs] of which ``trust`` is the teachers'.

    The teachers' answers are for strip as it comes and the loss is taken on balanced draws, so they
    are given the same shift as the logits; see ``train.regions.losses.prior_shift``.
    """
    shifted = answers + shift
    shifted = np.exp(shifted - shifted.max(axis=1, keepdims=True))
    soft = shifted / shifted.sum(axis=1, keepdims=True)
    return np.asarray((1 - trust) * targets + trust * soft, np.float32)
