"""What is tried where int8 loses; each remedy is kept only where it is better on val."""

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
"""Of leaving more layers in float."""

Remedy = Literal["calibration", "mixed precision", "fine-tuning"]


@dataclass(frozen=True, slots=True)
class OnVal:
    """How one form of one network of the cascade did on the clear tiles of val, at temperature 1.

    Attributes:
        accuracy: Share of right answers.
        auroc: Of defect or none; None where val has one kind alone.
        size: Bytes of the file.
    """

    accuracy: float
    auroc: float | None
    size: int

    @property
    def ranked(self) -> tuple[float, float | None]:
        """What remedies are chosen by, the second where the first is the same."""
        return self.accuracy, self.auroc


@dataclass(frozen=True, slots=True)
class OutlinesOnVal:
    """How the instance networks did on val with one form of the pyramid, and heads in float.

    Attributes:
        mask_ap50: AP at IoU 0.5 of masks; None where there are boxes alone.
        box_ap50: Of boxes.
        size: Bytes of the pyramid's files.
    """

    mask_ap50: float | None
    box_ap50: float
    size: int

    @property
    def ranked(self) -> tuple[float, float | None]:
        """As of ``OnVal``."""
        if self.mask_ap50 is None:
            return self.box_ap50, None
        return self.mask_ap50, self.box_ap50


Measured = OnVal | OutlinesOnVal


def beats(one: Measured, other: Measured) -> bool:
    """Whether a form did better than another of the same network."""
    (first, second), (before, and_before) = one.ranked, other.ranked
    return (first, second or 0.0) > (before, and_before or 0.0)


@dataclass(frozen=True, slots=True)
class RemedyResult:
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
    float32: Measured
    before: Measured
    after: Measured
    taken: bool


class Bench(ABC):
    """One network's int8 TFLite form, the best so far, and what was tried on it.

    Args:
        stage: Name of the network.
        progress: Shows how it goes.
        float32: How it did in float.
        int8: How it does in int8 so far.
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
        """Of the best so far."""

    @abstractmethod
    def noisiest(self, kept: tuple[str, ...]) -> tuple[str, ...]:
        """The layers that add most noise besides some that are in float already."""

    @abstractmethod
    def _evaluate(
        self, quantization: Quantization, mapped: Any, what: str
    ) -> tuple[Measured, Callable[[], None]]:
        """How it does if it is quantized so, and what keeps that as the best."""

    def attempt(
        self, remedy: Remedy, how: str, quantization: Quantization, mapped: Any = None
    ) -> None:
        """Quantize so, or another network so, and keep it where it is better on val."""
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
        """Try other ranges, and then layers in float."""
        if remedies.calibration:
            quantization = replace(self.quantization, calibration=remedies.calibration)
            self.attempt("calibration", f"by {remedies.calibration}", quantization)
        if not remedies.mixed:
            return
        kept: tuple[str, ...] = ()
        for _ in range(_ROUNDS):
            # A layer in float may be undone by the next one, which the next trace blames.
            kept += self.noisiest(kept)
            quantization = replace(self.quantization, kept=kept)
            self.attempt("mixed precision", f"{', '.join(kept)} in float", quantization)


def noisiest_besides(errors: Iterable[LayerError], kept: tuple[str, ...]) -> tuple[str, ...]:
    """The noisiest layers but those in float, which may still make more of noise they are given."""
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
    """Every int8 form of a network made as the best of TFLite; all forms, and their parity.

    Args:
        network: With that best one.
        model: The ``keras.Model``.
        mapped: What is converted of it.
        inputs: That it is calibrated on.
        quantization: Of the best.
        progress: Told of each step.
        name: Of the network, for ``progress``.
        shape: Of the input; see ``export.convert.forms.convert_rung``.
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
