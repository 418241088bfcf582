"""Mitigations for the cascade: quantization-aware training, calibration, mixed precision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from export.convert.calibration import training_inputs
from export.convert.cascade_forms import StageForms
from export.convert.class_maps import with_map
from export.convert.forms import EXACT, REQUIRED, convert_rung
from export.convert.quantization import Quantization, layers_of
from export.mitigate.base import (
    Measured,
    MitigationTrials,
    OnVal,
    RemedyResult,
    noisiest_besides,
    requantized,
)
from export.mitigate.qat import fine_tune
from export.progress import ExportProgress
from export.score.layer_noise import TRACED, trace
from export.score.split_scores import SplitInputs, logits_of
from export.settings import Remedies
from train.data.sample import DataSet
from train.data.tiles import class_labels_of
from train.evaluate.metrics import auroc
from train.regions.task import Task


def apply_remedies(
    stage: str,
    forms: StageForms,
    remedies: Remedies,
    data: DataSet,
    val: SplitInputs,
    progress: ExportProgress,
) -> tuple[StageForms, list[RemedyResult]]:
    """Try mitigations one after another, each on top of those that were kept.

    What improves int8 TFLite is applied to every int8 form.

    Args:
        stage: Name of the stage.
        forms: Its network in all forms.
        remedies: Mitigations to try.
        data: Training data.
        val: Inputs of val, which decides.
        progress: Receives progress.

    Raises:
        EngineError: A form cannot be converted, or no engine runs it.
        ImageError: An image cannot be read.
    """
    bench = _Trials(stage, forms, data, val, progress)
    if remedies.epochs:
        inputs = training_inputs(data, forms.run.geometry)
        for epoch, model in fine_tune(forms, inputs, remedies.epochs, progress, stage):
            mapped = with_map(model) if forms.run.card.task != "binary" else model
            bench.attempt(
                "fine-tuning",
                f"{epoch} epoch{'s' if epoch > 1 else ''}",
                bench.best.quantization,
                mapped,
            )
    bench.quantize(remedies)
    best = bench.best
    if best is forms:
        return forms, bench.results
    forms, parity = requantized(
        best,
        best.model,
        best.mapped,
        best.inputs,
        best.quantization,
        progress,
        best.run.card.network,
    )
    return replace(best, forms=forms, parity=parity), bench.results


class _Trials(MitigationTrials):
    """Mitigations of a cascade network."""

    def __init__(
        self,
        stage: str,
        forms: StageForms,
        data: DataSet,
        val: SplitInputs,
        progress: ExportProgress,
    ) -> None:
        self.best = forms
        self._task = Task(forms.run.card.task, data.classes)
        clear = [tile for tile in val.tiles if not tile.ambiguous]
        self._labels = class_labels_of(clear, len(data.classes))
        self._traced = val.sample(forms.run.geometry, TRACED)
        self._inputs = val.inputs[forms.run.geometry][val.unambiguous]
        self._stage, self._progress = stage, progress
        exact, small = (
            self._score(forms.forms[rung], rung.precision) for rung in (EXACT, REQUIRED)
        )
        super().__init__(stage, progress, exact, small)

    @property
    def quantization(self) -> Quantization:
        return self.best.quantization

    def noisiest(self, kept: tuple[str, ...]) -> tuple[str, ...]:
        best = self.best
        exact = convert_rung(EXACT, best.mapped, best.inputs, best.quantization)
        small = convert_rung(
            REQUIRED, best.mapped, best.inputs, replace(best.quantization, kept=kept)
        )
        return noisiest_besides(trace(exact, small, self._traced, layers_of(best.mapped)), kept)

    def _evaluate(
        self, quantization: Quantization, mapped: Any, what: str
    ) -> tuple[Measured, Callable[[], None]]:
        best = self.best
        mapped = best.mapped if mapped is None else mapped
        content = convert_rung(REQUIRED, mapped, best.inputs, quantization)

        def keep() -> None:
            forms = {**best.forms, REQUIRED: content}
            self.best = replace(best, forms=forms, mapped=mapped, quantization=quantization)

        return self._score(content, what), keep

    def _score(self, content: bytes, what: str) -> OnVal:
        logits = logits_of(
            content, self._inputs, self._progress, f"scoring val: {self._stage}, {what}"
        )
        scores = self._task.scores(logits)
        right = self._task.right(scores, self._labels)
        area = auroc(self._labels.any(axis=1), self._task.defect_scores(scores))
        return OnVal(float(right.mean()), area, len(content))
