"""Verifies that an engine choice for a stage gives the expected scores for the golden frames.

Golden frames have scores of whole cascades in one form (a file format and a precision). To verify a
choice for one stage, it is put into such a cascade whose other stage is known to agree; a deviation
is then caused by the stage under test.

A form is admitted for a part of the cascade if every golden frame has scores in it, and if this
part was judged in it on the holdout at the bundle's thresholds, which were chosen for the default
form.
"""

from __future__ import annotations

import copy
from functools import cached_property
from typing import cast

import numpy as np

from edge.bundle import Bundle
from edge.bundle.manifest_parts import (
    PRECISIONS,
    GoldenFrame,
    GoldenScores,
    Precision,
)
from edge.core.frame import Pixels
from edge.install.golden_instances import (
    golden_instances,
    instance_floors,
    instances_differ,
)
from edge.install.golden_pixels import golden_pixels
from edge.install.verify import (
    TOLERANCE,
    score_frame,
    scores_differ,
)
from edge.tune.tuning_plan import PartName
from edge.vision.cascade import Cascade
from edge.vision.engines.base import file_format
from edge.vision.models.instances import InstanceModel
from edge.vision.models.load import EngineChoice, default_choice
from edge.vision.preprocess import network_input

Form = tuple[str, Precision]
"""A file format and a precision."""


class Proof:
    """Verifies models against the golden frames of a bundle.

    Args:
        bundle: The bundle.
    """

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle

    @cached_property
    def frames(self) -> list[tuple[GoldenFrame, Pixels]]:
        """The golden frames, decoded.

        Raises:
            BundleError: A golden frame cannot be decoded.
        """
        goldens = self.bundle.manifest.golden
        return [(golden, golden_pixels(self.bundle, golden.file)) for golden in goldens]

    def refusal(self, part: PartName, form: Form) -> str | None:
        """The reason why a form is not admitted for a part; None if it is admitted."""
        manifest, (format_, precision) = self.bundle.manifest, form
        if any(golden.scores(precision, format_) is None for golden in manifest.golden):
            return f"golden frames have no scores in {precision} as {format_}"
        if form == form_of(default_choice()):
            return None
        if part == "outlines":
            stage = manifest.stages.instances
            judged = stage is not None and precision in stage.figures
        elif format_ == "tflite" and precision in PRECISIONS:
            judged = precision in manifest.metrics.get("gate", {})
        else:
            rungs = manifest.gate_report.rungs or ()
            judged = any((rung.format, rung.precision) == form for rung in rungs)
        return None if judged else f"{precision} as {format_} was not judged on the holdout"

    def verdict_fault(self, cascade: Cascade, form: Form) -> str | None:
        """The deviation of a cascade's gate and classifier from golden scores; None if none."""
        verdict = copy.copy(cascade)
        verdict.instances = None
        for golden, pixels in self.frames:
            scored = score_frame(verdict, pixels)
            off = scores_differ(_expected(golden, form), scored)
            if fault := _fault(golden, off, form):
                return fault
        return None

    def gate_fault(self, cascade: Cascade, like: Cascade, form: Form) -> str | None:
        """The deviation of a gate from one that agrees; None if there is none.

        This test is needed because golden scores combine both networks, while the gate's threshold
        applies to the gate's own scores.
        """
        if cascade.networks.gate is like.networks.gate:
            return None
        for golden, pixels in self.frames:
            inputs = network_input(pixels, like.networks.gate.geometry)
            scored = [each.networks.gate.scores(inputs) for each in (cascade, like)]
            off = np.abs(scored[0] - scored[1]).max()
            if fault := _fault(golden, float(off), form):
                return f"the gate alone {fault}"
        return None

    def outlines_fault(self, model: InstanceModel, form: Form) -> str | None:
        """The deviation of an instance model from the golden instances; None if there is none."""
        manifest = self.bundle.manifest
        floors = instance_floors(manifest)
        for golden, pixels in self.frames:
            expected = _expected(golden, form).instances
            found = golden_instances(model, pixels, manifest.classes)
            off = instances_differ(expected, found, floors, form[1])
            if fault := _fault(golden, off, form):
                return fault
        return None


def form_of(choice: EngineChoice) -> Form:
    """The form that an engine choice uses."""
    return file_format(choice.engine), cast(Precision, choice.precision)


def _expected(golden: GoldenFrame, form: Form) -> GoldenScores:
    """The golden scores, whose existence ``refusal`` has checked."""
    expected = golden.scores(form[1], form[0])
    assert expected is not None
    return expected


def _fault(golden: GoldenFrame, off: float, form: Form) -> str | None:
    allowed = TOLERANCE[form[1]]
    # In this order of comparison NaN is a fault.
    if off <= allowed:
        return None
    return f"scores {golden.file} {off:.3f} off in {form[1]}, where {allowed:g} is allowed"
