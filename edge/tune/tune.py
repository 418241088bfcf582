"""Tuning: verifies and times every engine choice of each stage, and compares with the default.

The fastest choices are used only if, in a second measurement alternating with the default, they are
faster by more than measurement noise.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import cast, get_args

from edge.bundle import Bundle
from edge.bundle.manifest_parts import Precision
from edge.core.errors import BundleError, MillsightError
from edge.install.verify import proven
from edge.tune.candidates import (
    Partners,
    StageModel,
    choices_of,
    prove,
    stages_of,
)
from edge.tune.compare import compare
from edge.tune.machine import this_machine
from edge.tune.pick import pick_part
from edge.tune.proof import Proof, form_of
from edge.tune.race import RaceTimes, Stopwatch, race
from edge.tune.tuning_plan import (
    Comparison,
    PartName,
    StagePlan,
    Timing,
    TuningPlan,
)
from edge.tune.workload import Workload
from edge.vision.cascade import Cascade
from edge.vision.models.load import (
    EngineChoice,
    StageName,
    default_choice,
)

PARTS: tuple[PartName, ...] = get_args(PartName)

_COMPARED = 0.25
"""Share of the time for the comparison with the default."""

_VERIFY = "Do not inspect with it here; see what differs: millsight bundle verify"

Tell = Callable[[str], None]
StagePlans = dict[StageName, StagePlan]


def tune(
    bundle: Bundle,
    *,
    seconds: float = 60.0,
    tell: Tell = lambda text: None,
    clock: Stopwatch = time.perf_counter,
) -> TuningPlan:
    """Find the fastest engine choices for a bundle that agree with its golden frames.

    Args:
        bundle: The bundle.
        seconds: Time for the measurements; verification takes additional time.
        tell: Called with progress messages.
        clock: Stopwatch for all measurements.

    Raises:
        BundleError: No choice agrees with the golden frames, or one of them cannot be decoded.
    """
    tell("scoring the golden frames without a plan")
    here, busy = this_machine(), os.getloadavg()[0] / len(os.sched_getaffinity(0))
    stages = [stage for part in PARTS for stage in stages_of(bundle, part)]
    default, note = _default(bundle)
    selection = _Selection(bundle, list(here.engines), here.cores, clock)
    each = seconds * (1 - _COMPARED) / len(stages)
    for stage in stages:
        selection.measure(stage, each, tell)
    plans: StagePlans = {}
    for part in PARTS:
        plans |= selection.fastest(part)
    comparisons: list[Comparison] = []
    if default is not None:
        untuned = dict.fromkeys(stages, default)
        if plans != untuned:
            tell(f"timing the cascade against the default, {seconds * _COMPARED:.0f} s")
            comparisons = _compare(
                bundle, selection.work, untuned, plans, seconds * _COMPARED, clock
            )
        adopted = {c.part for c in comparisons if c.adopted}
        plans = {s: plans[s] if _part(s) in adopted else default for s in stages}
        if adopted and (fault := _fault(bundle, plans)):
            note = f"the fastest choices agree each, but not together: {fault}"
            comparisons = [c.model_copy(update={"adopted": False}) for c in comparisons]
            plans = untuned
    elif fault := _fault(bundle, plans):
        raise BundleError(fault, _VERIFY)
    return TuningPlan(
        format=1,
        bundle=bundle.digest,
        bundle_name=bundle.manifest.name,
        tuned=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        machine=here,
        busy=round(busy, 2),
        default=default,
        note=note,
        stages=plans,
        timings=tuple(selection.timings),
        comparisons=tuple(comparisons),
    )


class _Selection:
    """Measures the engine choices of each stage and selects the fastest.

    Args:
        bundle: The bundle.
        engines: Installed engines, in order of preference.
        cores: Number of cores that may be used.
        clock: Stopwatch for the measurements.

    Attributes:
        work: The workload of the measurements.
        timings: Times of each choice, or the reason why it was refused.

    Raises:
        BundleError: No engine agrees with the golden frames in any form.
    """

    def __init__(self, bundle: Bundle, engines: list[str], cores: int, clock: Stopwatch) -> None:
        self._clock = clock
        self.bundle, self.engines, self.cores = bundle, engines, cores
        self.proof = Proof(bundle)
        pixels = [pixels for _, pixels in self.proof.frames]
        self.partners = Partners(self.proof, engines, default_choice().threads)
        if not self.partners.cascades:
            reasons = "; ".join(self.partners.faults.values()) or "none is installed"
            raise BundleError(
                f"no engine here runs {bundle.title} as it should: {reasons}", _VERIFY
            )
        self.work = Workload(pixels, next(iter(self.partners.cascades.values())), clock)
        self.timings: list[Timing] = []
        self._times: dict[StageName, dict[EngineChoice, RaceTimes]] = {}

    def measure(self, stage: StageName, seconds: float, tell: Tell) -> None:
        """Verify and time every choice for a stage."""
        tell(f"{stage}: checking each engine, precision and number of threads")
        choices = list(choices_of(self.bundle, stage, self.engines, self.cores))
        tried = {choice: prove(self.proof, self.partners, stage, choice) for choice in choices}
        good = {choice: model for choice, model in tried.items() if not isinstance(model, str)}
        tell(f"{stage}: timing {len(good)} of {len(tried)} choices, {seconds:.0f} s")
        runners = {choice: self.work.runner(model) for choice, model in good.items()}
        times = race(runners, seconds, group=form_of, clock=self._clock)
        self._times[stage] = times
        self.timings += [
            _timing(stage, choice, times.get(choice), tried[choice]) for choice in choices
        ]

    def fastest(self, part: PartName) -> StagePlans:
        """The fastest choice for each stage of a part that the bundle has.

        Raises:
            BundleError: No form is possible for all of these stages.
        """
        times = {stage: self._times[stage] for stage in stages_of(self.bundle, part)}
        if not times:
            return {}
        each = [{form_of(choice) for choice in timed} for timed in times.values()]
        if not (common := set.intersection(*each)):
            faults = dict.fromkeys(t.fault for t in self.timings if t.stage in times and t.fault)
            raise BundleError(
                f"no engine here runs {' and '.join(times)} of {self.bundle.title} as it should: "
                f"{'; '.join(faults)}",
                _VERIFY,
            )
        comparable = {
            stage: {choice: taken for choice, taken in timed.items() if form_of(choice) in common}
            for stage, timed in times.items()
        }
        picked = pick_part(comparable, form_of(default_choice()))
        return {stage: _plan(choice, choice.engine) for stage, choice in picked.items()}


def _default(bundle: Bundle) -> tuple[StagePlan | None, str | None]:
    """The choice without a plan; None and the reason if it fails on this device."""
    choice = default_choice()
    try:
        cascade = Cascade.from_bundle(bundle, precision=choice.precision, threads=choice.threads)
        proven(bundle, cascade, cast(Precision, choice.precision))
    except MillsightError as error:
        return None, f"without a plan it cannot be run here: {error.what}"
    return _plan(choice, cascade.networks.gate.engine.name), None


def _compare(
    bundle: Bundle,
    work: Workload,
    untuned: StagePlans,
    tuned: StagePlans,
    seconds: float,
    clock: Stopwatch,
) -> list[Comparison]:
    """Compare two plans; only the parts in which they differ."""
    one, other = (work.whole(_cascade(bundle, each)) for each in (untuned, tuned))
    differing = {_part(stage) for stage in tuned if tuned[stage] != untuned[stage]}
    return [c for c in compare(one, other, seconds, clock) if c.part in differing]


def _fault(bundle: Bundle, plans: StagePlans) -> str | None:
    """The deviation of a whole plan from the golden frames; None if there is none."""
    outlines = plans["instances"].precision if "instances" in plans else None
    try:
        proven(bundle, _cascade(bundle, plans), plans["gate"].precision, outlines)
    except MillsightError as error:
        return error.what
    return None


def _cascade(bundle: Bundle, plans: Mapping[StageName, StagePlan]) -> Cascade:
    return Cascade.from_bundle(bundle, stages={s: plan.choice for s, plan in plans.items()})


def _part(stage: StageName) -> PartName:
    return "outlines" if stage == "instances" else "verdict"


def _plan(choice: EngineChoice, engine: str | None) -> StagePlan:
    assert engine is not None
    precision = cast(Precision, choice.precision)
    return StagePlan(engine=engine, precision=precision, threads=choice.threads)


def _timing(
    stage: StageName, choice: EngineChoice, times: RaceTimes | None, tried: StageModel | str
) -> Timing:
    return Timing(
        stage=stage,
        way=_plan(choice, choice.engine),
        p50_ms=round(times.p50, 4) if times else None,
        p99_ms=round(times.p99, 4) if times else None,
        rounds=len(times.ms) if times else 0,
        hopeless=times.hopeless if times else False,
        fault=tried if isinstance(tried, str) else None,
    )
