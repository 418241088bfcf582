"""Running a bundle's golden frames on this device: does it score what it scored when packed?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from edge.bundle.load import Bundle
from edge.bundle.manifest_parts import GoldenScores, Precision
from edge.core.errors import BundleError, NotFiniteError
from edge.core.frame import Pixels
from edge.install.golden_coverage import require_golden_frames
from edge.install.golden_instances import (
    golden_instances,
    instance_floors,
    instances_differ,
)
from edge.install.golden_pixels import golden_pixels
from edge.vision.cascade import Cascade
from edge.vision.engines.base import file_format

if TYPE_CHECKING:
    from edge.vision.models.instances import InstanceModel

TOLERANCE: dict[Precision, float] = {
    "float32": 0.001,
    "float16": 0.01,
    "int16x8": 0.01,
    "dynamic": 0.05,
    "int8": 0.05,
    "int8-s8s8": 0.05,
}
"""How far a score may lie from the expected one.

Other processors add float32 in another order, which moves a score by about 1e-6; some compute
float16 weights in float16; int8 kernels may round an activation to its neighbour, which moves a
logit by its step of about 0.1.
"""


@dataclass(frozen=True, slots=True)
class GoldenResult:
    """One golden frame in one precision.

    Attributes:
        file: The frame, by its name in the bundle.
        precision: Which models scored it.
        expected: What the manifest says.
        scored: What this device says.
        difference: The largest difference of any score, a fraction.
    """

    file: str
    precision: Precision
    expected: GoldenScores
    scored: GoldenScores
    difference: float

    @property
    def agrees(self) -> bool:
        return self.difference <= TOLERANCE[self.precision]


Heed = Callable[[], None]
"""Called before each golden frame of a proof; what it raises ends the proof."""


def unheeding() -> None:
    """Lets a proof go on to its end."""


def run_golden_frames(bundle: Bundle, *, engine: str | None = None) -> Iterator[GoldenResult]:
    """Score every golden frame with each form that the engine reads of the bundle's models.

    Raises:
        EngineError: No engine is installed, or it refuses a model.
        BundleError: A golden frame cannot be decoded, or none says what a network should score.
    """
    require_golden_frames(bundle)
    format_ = file_format(engine)
    models = bundle.manifest.stages.gate.models
    precisions = {model.precision for model in models if model.format == format_}
    for precision in sorted(precisions):
        cascade = Cascade.from_bundle(bundle, engine=engine, precision=precision)
        yield from score_golden_frames(bundle, cascade, precision)


def score_golden_frames(
    bundle: Bundle,
    cascade: Cascade,
    precision: Precision,
    outlines: Precision | None = None,
    *,
    heed: Heed = unheeding,
) -> Iterator[GoldenResult]:
    """Score every golden frame with a cascade of the bundle's models that is loaded already.

    Args:
        bundle: Whose golden frames.
        cascade: Of its models.
        precision: Of the networks that give the verdict.
        outlines: Of the instance networks, which then have a result of their own; None: the same.
        heed: See ``Heed``.

    Raises:
        BundleError: A golden frame cannot be decoded, or none says what ``outlines`` should draw.
    """
    floors = instance_floors(bundle.manifest)
    format_ = file_format(cascade.networks.gate.engine.name)
    for golden in bundle.manifest.golden:
        if (expected := golden.scores(precision, format_)) is None:
            continue
        heed()
        pixels = golden_pixels(bundle, golden.file)
        try:
            scored = score_frame(cascade, pixels)
        except NotFiniteError as error:
            raise BundleError(
                f"{bundle.path or bundle.manifest.name} is refused: {error.what}, on {golden.file}",
                error.hint,
            ) from None
        if len(expected.region_scores) != len(scored.region_scores):
            raise BundleError(
                f"{bundle.path or bundle.manifest.name} has {len(expected.region_scores)} scores "
                f"for {golden.file}, which has {len(scored.region_scores)} regions",
                "Export it again",
            )
        difference = scores_differ(expected, scored)
        other = outlines or precision
        outlined = golden.scores(other, _format_of(cascade.instances) or format_)
        if outlined is None and outlines not in (None, precision) and cascade.instances:
            raise _unproven(bundle)
        moved = 0.0
        if outlined is not None:
            moved = instances_differ(outlined.instances, scored.instances, floors, other)
        if outlined is None or other == precision:
            yield GoldenResult(golden.file, precision, expected, scored, max(difference, moved))
        else:
            yield GoldenResult(golden.file, precision, expected, scored, difference)
            yield GoldenResult(golden.file, other, outlined, scored, moved)


def proven(
    bundle: Bundle,
    cascade: Cascade,
    precision: Precision,
    outlines: Precision | None = None,
    *,
    heed: Heed = unheeding,
) -> Cascade:
    """The cascade of the bundle's models, warm, after it has scored the golden frames rightly.

    Args:
        bundle: Whose golden frames.
        cascade: Of its models.
        precision: As for ``score_golden_frames``.
        outlines: Likewise.
        heed: See ``Heed``.

    Raises:
        BundleError: It has not, no golden frame says what it should score, or one cannot be
            decoded.
        EngineError: An engine fails on a model.
    """
    require_golden_frames(bundle)
    cascade.warm_up()
    results = score_golden_frames(bundle, cascade, precision, outlines, heed=heed)
    require_agreement(bundle, list(results))
    return cascade


def require_agreement(bundle: Bundle, results: Sequence[GoldenResult]) -> None:
    """Refuse a bundle that scores a golden frame otherwise on this device.

    Raises:
        BundleError: It does, and by how much and how many; or no golden frame says what its models
            should score here.
    """
    if not results:
        raise _unproven(bundle)
    wrong = [result for result in results if not result.agrees]
    if not wrong:
        return
    worst = max(wrong, key=lambda result: result.difference)
    raise BundleError(
        f"{bundle.path or bundle.manifest.name} scores {worst.file} {worst.difference:.3f} off in "
        f"{worst.precision} on this device ({len(wrong)} of {len(results)} golden scores disagree)",
        "Do not inspect with it here; try another --engine, and report the device",
    )


def _unproven(bundle: Bundle) -> BundleError:
    return BundleError(
        f"the golden frames of {bundle.path or bundle.manifest.name} do not say what the models in "
        "question should score",
        "Take another --precision or --engine, or export the bundle again",
    )


def score_frame(cascade: Cascade, pixels: Pixels) -> GoldenScores:
    """What a cascade says of a frame [lines, columns], the gate hiding nothing from the classifier.

    Raises:
        ImageError: The frame is smaller than a region.
    """
    judged = cascade.networks.judge(pixels)
    best = judged.classes.classes.max(axis=0) if judged.classes else ()
    instances = cascade.instances
    return GoldenScores(
        defect_score=_rounded(judged.decision.max()),
        class_scores={n: _rounded(s) for n, s in zip(cascade.classes, best, strict=False)},
        region_scores=tuple(_rounded(score) for score in judged.decision),
        instances=golden_instances(instances, pixels, cascade.classes) if instances else None,
    )


def _format_of(model: InstanceModel | None) -> str | None:
    return None if model is None else file_format(model.box_head.name)


def scores_differ(expected: GoldenScores, scored: GoldenScores) -> float:
    """The largest difference of any score but instances', a fraction.

    It is 1, the most there is, where they are not scores of the same things.
    """
    regions = expected.region_scores, scored.region_scores
    if set(expected.class_scores) != set(scored.class_scores) or len(regions[0]) != len(regions[1]):
        return 1.0
    pairs = [(expected.defect_score, scored.defect_score), *zip(*regions, strict=True)]
    pairs += [(s, scored.class_scores[name]) for name, s in expected.class_scores.items()]
    return max(abs(one - other) for one, other in pairs)


def _rounded(score: np.float32) -> float:
    return round(float(score), 6)
