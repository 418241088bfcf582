"""Whether a way to run a stage scores the golden frames as they should be scored.

Golden frames hold scores of whole cascades in one form, a file format and a precision. So a way to
run one stage is tried in such a cascade, the other stage being run in a way that is known to agree:
what is off is the one that is tried. A form is admitted for a part of the cascade where every
golden frame has scores in it, and where that part was judged in it on the holdout, at the bundle's
own thresholds. These were chosen for the usual form.
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
from edge.install.verify import (
    TOLERANCE,
    golden_pixels,
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
    """The golden frames of a bundle, and what is held against them.

    Args:
        bundle: The bundle.
    """

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle

    @cached_property
    def frames(self) -> list[tuple[GoldenFrame, Pixels]]:
        """The golden frames, decoded.

        Raises:
            BundleError: One cannot be.
        """
        goldens = self.bundle.manifest.golden
        return [(golden, golden_pixels(self.bundle, golden.file)) for golden in goldens]

    def refusal(self, part: PartName, form: Form) -> str | None:
        """Why a form is not admitted for a part; None where it is."""
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
        """What a cascade's gate and classifier score wrongly; None where they agree."""
        verdict = copy.copy(cascade)
        verdict.instances = None
        for golden, pixels in self.frames:
            scored = score_frame(verdict, pixels)
            off = scores_differ(_expected(golden, form), scored)
            if fault := _fault(golden, off, form):
                return fault
        return None

    def gate_fault(self, cascade: Cascade, like: Cascade, form: Form) -> str | None:
        """Where a gate scores otherwise than one that agrees; None where it does not.

        Golden scores are of both networks together, and the gate's threshold is held against its
        own.
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
        """What an instance model outlines wrongly; None where it agrees."""
        manifest = self.bundle.manifest
        floors = instance_floors(manifest)
        for golden, pixels in self.frames:
            expected = _expected(golden, form).instances
            found = golden_instances(model, pixels, manifest.classes)
            off = instances_differ(expected, found, floors, form[1])
            if fault := _fault(golden, off, form):
                return fault
        return None


def form_of(way: EngineChoice) -> Form:
    """The form that a way to run a stage reads."""
    return file_format(way.engine), cast(Precision, way.precision)


def _expected(golden: GoldenFrame, form: Form) -> GoldenScores:
    """What ``refusal`` has seen to be there."""
    expected = golden.scores(form[1], form[0])
    assert expected is not None
    return expected


def _fault(golden: GoldenFrame, off: float, form: Form) -> str | None:
    allowed = TOLERANCE[form[1]]
    # Written so that what is not a number is a fault.
    if off <= allowed:
        return None
    return f"scores {golden.file} {off:.3f} off in {form[1]}, where {allowed:g} is allowed"
