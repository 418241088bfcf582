"""Tuning: each way to run a stage is proven and timed, and the fastest compared with the default.

What is found is put to use only where it is faster than the default by more than noise, measured
again and in turns with it.
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
    prove,
    stages_of,
    ways_of,
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
"""Share of the time that goes into the comparison with the default."""

_VERIFY = "Do not inspect with it here; see what differs: millsight bundle verify"

Tell = Callable[[str], None]
Ways = dict[StageName, StagePlan]


def tune(
    bundle: Bundle,
    *,
    seconds: float = 60.0,
    tell: Tell = lambda text: None,
    clock: Stopwatch = time.perf_counter,
) -> TuningPlan:
    """Find the fastest way to run a bundle on this device that scores its golden frames rightly.

    Args:
        bundle: The bundle.
        seconds: For measuring; checking what is measured comes on top.
        tell: Told what is being done.
        clock: What everything is timed by.

    Raises:
        BundleError: No way agrees with the golden frames, or one of these cannot be decoded.
    """
    tell("scoring the golden frames without a plan")
    here, busy = this_machine(), os.getloadavg()[0] / len(os.sched_getaffinity(0))
    stages = [stage for part in PARTS for stage in stages_of(bundle, part)]
    default, note = _default(bundle)
    contest = _Contest(bundle, list(here.engines), here.cores, clock)
    each = seconds * (1 - _COMPARED) / len(stages)
    for stage in stages:
        contest.hold(stage, each, tell)
    ways: Ways = {}
    for part in PARTS:
        ways |= contest.winners(part)
    comparisons: list[Comparison] = []
    if default is not None:
        usually = dict.fromkeys(stages, default)
        if ways != usually:
            tell(f"timing the cascade against the default, {seconds * _COMPARED:.0f} s")
            comparisons = _compare(bundle, contest.work, usually, ways, seconds * _COMPARED, clock)
        adopted = {c.part for c in comparisons if c.adopted}
        ways = {s: ways[s] if _part(s) in adopted else default for s in stages}
        if adopted and (fault := _fault(bundle, ways)):
            note = f"the fastest ways, each of which agrees, do not agree together: {fault}"
            comparisons = [c.model_copy(update={"adopted": False}) for c in comparisons]
            ways = usually
    elif fault := _fault(bundle, ways):
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
        stages=ways,
        timings=tuple(contest.timings),
        comparisons=tuple(comparisons),
    )


class _Contest:
    """The ways to run each stage, against each other.

    Args:
        bundle: Whose stages.
        engines: Installed, in order of preference.
        cores: That may be used.
        clock: What they are timed by.

    Attributes:
        work: What they are timed with.
        timings: What each took, or why it was refused.

    Raises:
        BundleError: In no form any engine agrees with the golden frames.
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

    def hold(self, stage: StageName, seconds: float, tell: Tell) -> None:
        """Prove and time every way to run a stage."""
        tell(f"{stage}: checking each engine, precision and number of threads")
        ways = list(ways_of(self.bundle, stage, self.engines, self.cores))
        tried = {way: prove(self.proof, self.partners, stage, way) for way in ways}
        good = {way: model for way, model in tried.items() if not isinstance(model, str)}
        tell(f"{stage}: timing {len(good)} of {len(tried)} ways, {seconds:.0f} s")
        runners = {way: self.work.runner(model) for way, model in good.items()}
        times = race(runners, seconds, group=form_of, clock=self._clock)
        self._times[stage] = times
        self.timings += [_timing(stage, way, times.get(way), tried[way]) for way in ways]

    def winners(self, part: PartName) -> Ways:
        """The fastest way for each stage of a part that the bundle has.

        Raises:
            BundleError: There is no form in which each of them can be run.
        """
        times = {stage: self._times[stage] for stage in stages_of(self.bundle, part)}
        if not times:
            return {}
        each = [{form_of(way) for way in ways} for ways in times.values()]
        if not (common := set.intersection(*each)):
            faults = dict.fromkeys(t.fault for t in self.timings if t.stage in times and t.fault)
            raise BundleError(
                f"no engine here runs {' and '.join(times)} of {self.bundle.title} as it should: "
                f"{'; '.join(faults)}",
                _VERIFY,
            )
        timed = {
            stage: {way: taken for way, taken in ways.items() if form_of(way) in common}
            for stage, ways in times.items()
        }
        picked = pick_part(timed, form_of(default_choice()))
        return {stage: _plan(way, way.engine) for stage, way in picked.items()}


def _default(bundle: Bundle) -> tuple[StagePlan | None, str | None]:
    """How the bundle is run without a plan; None, and why, where that fails on this device."""
    way = default_choice()
    try:
        cascade = Cascade.from_bundle(bundle, precision=way.precision, threads=way.threads)
        proven(bundle, cascade, cast(Precision, way.precision))
    except MillsightError as error:
        return None, f"without a plan it cannot be run here: {error.what}"
    return _plan(way, cascade.networks.gate.engine.name), None


def _compare(
    bundle: Bundle, work: Workload, usually: Ways, ways: Ways, seconds: float, clock: Stopwatch
) -> list[Comparison]:
    """The parts that differ."""
    one, other = (work.whole(_cascade(bundle, each)) for each in (usually, ways))
    differing = {_part(stage) for stage in ways if ways[stage] != usually[stage]}
    return [c for c in compare(one, other, seconds, clock) if c.part in differing]


def _fault(bundle: Bundle, ways: Ways) -> str | None:
    """Why a plan as a whole does not agree with the golden frames; None where it does."""
    outlines = ways["instances"].precision if "instances" in ways else None
    try:
        proven(bundle, _cascade(bundle, ways), ways["gate"].precision, outlines)
    except MillsightError as error:
        return error.what
    return None


def _cascade(bundle: Bundle, ways: Mapping[StageName, StagePlan]) -> Cascade:
    return Cascade.from_bundle(bundle, stages={s: way.choice for s, way in ways.items()})


def _part(stage: StageName) -> PartName:
    return "outlines" if stage == "instances" else "verdict"


def _plan(way: EngineChoice, engine: str | None) -> StagePlan:
    assert engine is not None
    return StagePlan(engine=engine, precision=cast(Precision, way.precision), threads=way.threads)


def _timing(
    stage: StageName, way: EngineChoice, times: RaceTimes | None, tried: StageModel | str
) -> Timing:
    return Timing(
        stage=stage,
        way=_plan(way, way.engine),
        p50_ms=round(times.p50, 4) if times else None,
        p99_ms=round(times.p99, 4) if times else None,
        rounds=len(times.ms) if times else 0,
        hopeless=times.hopeless if times else False,
        fault=tried if isinstance(tried, str) else None,
    )
