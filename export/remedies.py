"""What is tried where int8 loses; each remedy is kept only where it is better on val."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from export.calibration import training_inputs
from export.ladder import EXACT, REQUIRED, make
from export.maps import with_map
from export.parity import CHECKED, largest_difference
from export.progress import Progress
from export.qat import fine_tune
from export.quantization import Calibration, Quantization, layers_of
from export.seen import Seen, logits_of
from export.shrink import Shrunk
from export.trace import TRACED, guilty, trace
from train.data.sample import DataSet
from train.evaluate.metrics import auroc
from train.task import Task

_ROUNDS = 3
"""Of leaving more layers in float."""

Remedy = Literal["calibration", "mixed precision", "fine-tuning"]


@dataclass(frozen=True, slots=True)
class Remedies:
    """What is to be tried.

    Attributes:
        calibration: Another way to set ranges; None: none.
        mixed: Leave the layers in float that add most noise.
        epochs: Of quantization-aware fine-tuning; 0: none.
    """

    calibration: Calibration | None = None
    mixed: bool = False
    epochs: int = 0

    def __bool__(self) -> bool:
        return self.calibration is not None or self.mixed or self.epochs > 0


@dataclass(frozen=True, slots=True)
class OnVal:
    """How one form of one network did on the clear tiles of val, at temperature 1.

    Attributes:
        accuracy: Share of right answers.
        auroc: Of defect or none; None where val has one kind alone.
        size: Bytes of the file.
    """

    accuracy: float
    auroc: float | None
    size: int

    def beats(self, other: OnVal) -> bool:
        """Whether it is right more often, or as often and ranks better."""
        return (self.accuracy, self.auroc or 0.0) > (other.accuracy, other.auroc or 0.0)


@dataclass(frozen=True, slots=True)
class Bought:
    """What one remedy did to one network in int8 TFLite.

    Attributes:
        stage: Of the network.
        remedy: What was tried.
        how: In words.
        float32: The network in float.
        before: In int8 without it.
        after: In int8 with it.
        taken: Whether it was better, and kept.
    """

    stage: str
    remedy: Remedy
    how: str
    float32: OnVal
    before: OnVal
    after: OnVal
    taken: bool


def remedied(
    stage: str,
    shrunk: Shrunk,
    remedies: Remedies,
    data: DataSet,
    val: Seen,
    progress: Progress,
) -> tuple[Shrunk, list[Bought]]:
    """Try remedies one after another, each on top of those that helped.

    What helps int8 TFLite is made for every int8 form.

    Args:
        stage: Name of the stage.
        shrunk: Its network in all forms.
        remedies: What is to be tried.
        data: What it was trained on.
        val: What remedies are judged on.
        progress: Shows how it goes.

    Raises:
        EngineError: A form cannot be had, or no engine runs it.
        ImageError: An image cannot be read.
    """
    bench = _Bench(stage, shrunk, data, val, progress)
    if remedies.epochs:
        inputs = training_inputs(data, shrunk.run.geometry)
        for epoch, model in fine_tune(shrunk, inputs, remedies.epochs, progress, stage):
            mapped = with_map(model) if shrunk.run.card.task != "binary" else model
            bench.attempt(
                "fine-tuning",
                f"{epoch} epoch{'s' if epoch > 1 else ''}",
                bench.best.quantization,
                mapped,
            )
    if remedies.calibration:
        quantization = replace(bench.best.quantization, calibration=remedies.calibration)
        bench.attempt("calibration", f"by {remedies.calibration}", quantization)
    if remedies.mixed:
        kept: tuple[str, ...] = ()
        for _ in range(_ROUNDS):
            # A layer in float may be undone by the next one, which the next trace blames.
            kept += bench.noisiest(kept)
            quantization = replace(bench.best.quantization, kept=kept)
            bench.attempt("mixed precision", f"{', '.join(kept)} in float", quantization)
    return bench.best if bench.best is shrunk else _everywhere(bench.best, progress), bench.bought


class _Bench:
    """One network's int8 TFLite form, the best so far, and what was tried on it."""

    def __init__(
        self, stage: str, shrunk: Shrunk, data: DataSet, val: Seen, progress: Progress
    ) -> None:
        self.best = shrunk
        self.bought: list[Bought] = []
        self._stage, self._progress = stage, progress
        self._task = Task(shrunk.run.card.task, data.classes)
        clear = [tile for tile in val.tiles if not tile.ambiguous]
        self._labels = np.zeros((len(clear), len(data.classes)), np.bool_)
        for row, tile in enumerate(clear):
            self._labels[row, list(tile.classes)] = True
        self._traced = val.some(shrunk.run.geometry, TRACED)
        self._inputs = val.inputs[shrunk.run.geometry][val.clear]
        self._float = self._judge(shrunk.forms[EXACT], "float32")
        self._figures = self._judge(shrunk.forms[REQUIRED], "int8")

    def attempt(
        self, remedy: Remedy, how: str, quantization: Quantization, mapped: Any = None
    ) -> None:
        """Quantize so, and keep it where it is better on val."""
        best = self.best
        mapped = best.mapped if mapped is None else mapped
        self._progress.start(f"{self._stage}: quantizing with {remedy}, {how}")
        content = make(REQUIRED, mapped, best.inputs, quantization)
        found = self._judge(content, f"int8 with {remedy}")
        taken = found.beats(self._figures)
        self.bought.append(
            Bought(self._stage, remedy, how, self._float, self._figures, found, taken)
        )
        if taken:
            forms = {**best.forms, REQUIRED: content}
            self.best = replace(best, forms=forms, mapped=mapped, quantization=quantization)
            self._figures = found

    def noisiest(self, kept: tuple[str, ...]) -> tuple[str, ...]:
        """The layers that add most noise besides some that are in float already."""
        best = self.best
        exact = make(EXACT, best.mapped, best.inputs, best.quantization)
        small = make(REQUIRED, best.mapped, best.inputs, replace(best.quantization, kept=kept))
        errors = trace(exact, small, self._traced, layers_of(best.mapped))
        # One in float may still make more of the noise that it is given.
        others = [error for error in errors if error.layer not in kept]
        return tuple(error.layer for error in guilty(others))

    def _judge(self, content: bytes, what: str) -> OnVal:
        said = logits_of(
            content, self._inputs, self._progress, f"scoring val: {self._stage}, {what}"
        )
        scores = self._task.scores(said)
        right = self._task.right(scores, self._labels)
        area = auroc(self._labels.any(axis=1), self._task.defect_scores(scores))
        return OnVal(float(right.mean()), area, len(content))


def _everywhere(best: Shrunk, progress: Progress) -> Shrunk:
    """Every int8 form made as the best of TFLite."""
    forms, parity = dict(best.forms), dict(best.parity)
    for rung in best.forms:
        if not rung.remediable:
            continue
        if rung != REQUIRED:
            progress.start(f"{best.run.card.network}: quantizing {rung}, {best.quantization}")
            forms[rung] = make(rung, best.mapped, best.inputs, best.quantization)
        parity[rung] = largest_difference(best.model, forms[rung], best.inputs[:CHECKED])
    return replace(best, forms=forms, parity=parity)
