"""Mitigations of quantization loss; each is kept only if it is better on val."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

from export.convert.every_form import ConvertedForms
from export.convert.forms import REQUIRED, Rung, convert_rung
from export.convert.freezing import Inputs, Shape
from export.convert.parity import CHECKED, largest_difference
from export.convert.quantization import Quantization
from export.progress import ExportProgress
from export.score.layer_noise import LayerError, noisiest_layers
from export.settings import Remedies

_ROUNDS = 3
"""Rounds of keeping more layers in float."""

Remedy = Literal["calibration", "mixed precision", "fine-tuning"]


@dataclass(frozen=True, slots=True)
class OnVal:
    """Result of one form of a cascade network on the unambiguous tiles of val, at temperature 1.

    Attributes:
        accuracy: Accuracy.
        auroc: AUROC of defect against none; None if val lacks one of the two.
        size: Size of the file in bytes.
    """

    accuracy: float
    auroc: float | None
    size: int

    @property
    def ranked(self) -> tuple[float, float | None]:
        """Ranking of mitigations: the second value decides ties of the first."""
        return self.accuracy, self.auroc


@dataclass(frozen=True, slots=True)
class OutlinesOnVal:
    """Result of the instance networks on val with one form of the pyramid and float heads.

    Attributes:
        mask_ap50: AP50 of masks; None without masks.
        box_ap50: AP50 of boxes.
        size: Size of the pyramid's files in bytes.
    """

    mask_ap50: float | None
    box_ap50: float
    size: int

    @property
    def ranked(self) -> tuple[float, float | None]:
        """Ranking as in ``OnVal``."""
        if self.mask_ap50 is None:
            return self.box_ap50, None
        return self.mask_ap50, self.box_ap50


Measured = OnVal | OutlinesOnVal


def beats(one: Measured, other: Measured) -> bool:
    """Whether a form is better than another one of the same network."""
    (first, second), (before, and_before) = one.ranked, other.ranked
    return (first, second or 0.0) > (before, and_before or 0.0)


@dataclass(frozen=True, slots=True)
class RemedyResult:
    """Effect of one mitigation on one network in int8 TFLite.

    Attributes:
        stage: Stage of the network.
        remedy: The mitigation.
        how: Its parameters, as text.
        float32: Result in float.
        before: Result in int8 without it.
        after: Result in int8 with it.
        taken: Whether it was better and is kept.
    """

    stage: str
    remedy: Remedy
    how: str
    float32: Measured
    before: Measured
    after: Measured
    taken: bool


class MitigationTrials(ABC):
    """The best int8 TFLite form of one network so far, and the mitigations that were tried.

    Args:
        stage: Name of the network.
        progress: Receives progress.
        float32: Result in float.
        int8: Result of the initial int8 form.
    """

    def __init__(
        self, stage: str, progress: ExportProgress, float32: Measured, int8: Measured
    ) -> None:
        self.results: list[RemedyResult] = []
        self._stage, self._progress = stage, progress
        self._float, self._figures = float32, int8

    @property
    @abstractmethod
    def quantization(self) -> Quantization:
        """Quantization method of the best form so far."""

    @abstractmethod
    def noisiest(self, kept: tuple[str, ...]) -> tuple[str, ...]:
        """The noisiest layers, apart from those already in float."""

    @abstractmethod
    def _evaluate(
        self, quantization: Quantization, mapped: Any, what: str
    ) -> tuple[Measured, Callable[[], None]]:
        """Result with that quantization, and a function that keeps it as the best."""

    def attempt(
        self, remedy: Remedy, how: str, quantization: Quantization, mapped: Any = None
    ) -> None:
        """Quantize with a method, or another network, and keep it if it is better on val."""
        self._progress.start(f"{self._stage}: quantizing with {remedy}, {how}")
        found, keep = self._evaluate(quantization, mapped, f"int8 with {remedy}")
        taken = beats(found, self._figures)
        self.results.append(
            RemedyResult(self._stage, remedy, how, self._float, self._figures, found, taken)
        )
        if taken:
            keep()
            self._figures = found

    def quantize(self, remedies: Remedies) -> None:
        """Try another calibration, then mixed precision."""
        if remedies.calibration:
            quantization = replace(self.quantization, calibration=remedies.calibration)
            self.attempt("calibration", f"by {remedies.calibration}", quantization)
        if not remedies.mixed:
            return
        kept: tuple[str, ...] = ()
        for _ in range(_ROUNDS):
            # The layer after a float layer may undo its effect; the next trace names that layer.
            kept += self.noisiest(kept)
            quantization = replace(self.quantization, kept=kept)
            self.attempt("mixed precision", f"{', '.join(kept)} in float", quantization)


def noisiest_besides(errors: Iterable[LayerError], kept: tuple[str, ...]) -> tuple[str, ...]:
    """The noisiest layers except float ones, which may still amplify noise from their input."""
    return tuple(
        error.layer for error in noisiest_layers([e for e in errors if e.layer not in kept])
    )


def requantized(
    network: ConvertedForms,
    model: Any,
    mapped: Any,
    inputs: Inputs,
    quantization: Quantization,
    progress: ExportProgress,
    name: str,
    shape: Shape | None = None,
) -> tuple[dict[Rung, bytes], dict[Rung, float]]:
    """Requantize every int8 form with the best method; returns all forms and their parity.

    Args:
        network: The network with its best int8 TFLite form.
        model: The ``keras.Model``.
        mapped: The model with its maps, which is converted.
        inputs: Calibration inputs.
        quantization: Best quantization method.
        progress: Receives progress.
        name: Name of the network, for ``progress``.
        shape: Input shape; see ``export.convert.forms.convert_rung``.
    """
    forms, parity = dict(network.forms), dict(network.parity)
    for rung in network.forms:
        if not rung.remediable:
            continue
        if rung != REQUIRED:
            progress.start(f"{name}: quantizing {rung}, {quantization}")
            forms[rung] = convert_rung(rung, mapped, inputs, quantization, shape)
        parity[rung] = largest_difference(model, forms[rung], inputs[:CHECKED])
    return forms, parity
