"""Mitigations for the instance networks' pyramid, which is always int8.

A head that loses average precision in int8 stays in float; see ``export.compare.instance_heads``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from edge.bundle.stages import pyramid_name
from export.compare.instance_heads import (
    BOX_AP50,
    MASK_AP50,
    NetworkFormats,
    Networks,
    ap50s,
)
from export.convert.every_form import ConvertedForms
from export.convert.forms import EXACT, REQUIRED, Rung, convert_rung
from export.convert.instance_forms import pyramid_shape
from export.convert.quantization import (
    PLAIN,
    Quantization,
    layers_of,
)
from export.mitigate.base import (
    Measured,
    MitigationTrials,
    OutlinesOnVal,
    RemedyResult,
    noisiest_besides,
    requantized,
)
from export.progress import ExportProgress
from export.score.input_checks import VAL
from export.score.layer_noise import TRACED, trace
from export.settings import Remedies
from train.data.sample import Sample
from train.evaluate.instances.matched_instances import match_instances
from train.instances.scenes import Frames

STAGE = "instances"

_Pyramids = Mapping[tuple[int, int], bytes]
"""Int8 TFLite files by size."""


def apply_instance_remedies(
    networks: Networks,
    remedies: Remedies,
    samples: Sequence[Sample],
    frames: Frames,
    progress: ExportProgress,
) -> tuple[Networks, list[RemedyResult]]:
    """Try another calibration and mixed precision, each on top of what was kept.

    What improves int8 TFLite is applied to every int8 form.

    Args:
        networks: The networks in all forms.
        remedies: Mitigations to try; quantization-aware training applies only to the cascade.
        samples: Samples of val, with defects.
        frames: Their pixels.
        progress: Receives progress.

    Raises:
        EngineError: A form cannot be converted, or no engine runs it.
        ImageError: A frame cannot be read.
    """
    bench = _Trials(networks, samples, frames, progress)
    bench.quantize(remedies)
    if bench.quantization == PLAIN:
        return networks, bench.results
    forms = bench.best.forms
    windows = {}
    for size, pyramid in forms.windows.items():
        inputs = forms.pictures[size]
        files, parity = requantized(
            pyramid,
            forms.pyramid,
            forms.pyramid,
            inputs,
            bench.quantization,
            progress,
            pyramid_name(size),
            pyramid_shape(size),
        )
        windows[size] = ConvertedForms(files, parity, pyramid.refused)
    return replace(bench.best, forms=replace(forms, windows=windows)), bench.results


class _Trials(MitigationTrials):
    """Mitigations of the pyramids, which share their weights at all sizes."""

    def __init__(
        self,
        networks: Networks,
        samples: Sequence[Sample],
        frames: Frames,
        progress: ExportProgress,
    ) -> None:
        self.best = networks
        self._quantization = PLAIN
        self._samples, self._frames = samples, frames
        self._progress = progress
        exact, small = (
            self._score(networks, NetworkFormats("tflite", rung.precision))
            for rung in (EXACT, REQUIRED)
        )
        super().__init__(STAGE, progress, exact, small)

    @property
    def quantization(self) -> Quantization:
        return self._quantization

    def noisiest(self, kept: tuple[str, ...]) -> tuple[str, ...]:
        forms = self.best.forms
        size = next(iter(forms.windows))
        small = self._requantized(replace(self._quantization, kept=kept), [size])[size]
        errors = trace(
            forms.windows[size].forms[EXACT],
            small,
            forms.pictures[size][:TRACED],
            layers_of(forms.pyramid),
        )
        return noisiest_besides(errors, kept)

    def _evaluate(
        self, quantization: Quantization, mapped: Any, what: str
    ) -> tuple[Measured, Callable[[], None]]:
        networks = _with(self.best, self._requantized(quantization, [*self.best.forms.windows]))

        def keep() -> None:
            self.best, self._quantization = networks, quantization

        return self._score(networks, NetworkFormats("tflite")), keep

    def _requantized(
        self, quantization: Quantization, sizes: Sequence[tuple[int, int]]
    ) -> dict[tuple[int, int], bytes]:
        forms = self.best.forms
        return {
            size: convert_rung(
                REQUIRED, forms.pyramid, forms.pictures[size], quantization, pyramid_shape(size)
            )
            for size in sizes
        }

    def _score(self, networks: Networks, form: NetworkFormats) -> OutlinesOnVal:
        found = networks.candidates(form, VAL, self._samples, self._frames, self._progress)
        judged = match_instances(found, self._samples, networks.run.card.classes)
        masks = networks.run.card.masks
        figures = ap50s(judged, masks=masks)
        rung = Rung(form.format, form.pyramid)
        files = [pyramid.forms[rung] for pyramid in networks.forms.windows.values()]
        return OutlinesOnVal(
            figures.get(MASK_AP50, 0.0) if masks else None,
            figures.get(BOX_AP50, 0.0),
            sum(map(len, files)),
        )


def _with(networks: Networks, pyramids: _Pyramids) -> Networks:
    """The networks with other int8 TFLite files of the pyramid."""
    forms = networks.forms
    windows = {
        size: replace(forms.windows[size], forms={**forms.windows[size].forms, REQUIRED: content})
        for size, content in pyramids.items()
    }
    return replace(networks, forms=replace(forms, windows={**forms.windows, **windows}))
