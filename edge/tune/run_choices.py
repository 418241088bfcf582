"""Engine choices of a run: from options, else from the device's plan, else the defaults."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

from edge.bundle import Bundle
from edge.bundle.manifest_parts import Precision
from edge.core.errors import MillsightError
from edge.install.verify import (
    Heed,
    proven,
    unheeding,
)
from edge.tune.plan_store import AGAIN, TuningPlans
from edge.tune.tuning_plan import TuningPlan
from edge.vision.cascade import Cascade
from edge.vision.models.load import (
    Choices,
    EngineChoice,
    default_choice,
)


@dataclass(frozen=True, slots=True)
class RunChoices:
    """Engine, precision and threads from options or a configuration.

    If none of them is given, the device's plan for the bundle is used. If any is given, the plan is
    not used, because its engines, precisions and threads were measured together.

    Attributes:
        engine: Engine name; None if not given.
        precision: Number format, such as ``int8``; None if not given.
        threads: Threads for each network; None if not given.
        say: Called once for each reason why an existing plan is not used.
        leave_cores: Number of cores to leave free if ``threads`` is not given.
    """

    engine: str | None = None
    precision: str | None = None
    threads: int | None = None
    say: Callable[[str], None] = lambda text: None
    leave_cores: int = 0
    _reported: set[str] = field(default_factory=set, init=False, repr=False, compare=False)

    @property
    def _untuned(self) -> Choices:
        """The choice for each stage without a plan."""
        choice = default_choice()
        choice = EngineChoice(
            self.engine or choice.engine,
            self.precision or choice.precision,
            self.threads or choice.threads,
        )
        return {"gate": choice, "classifier": choice, "instances": choice}

    def plan(self, bundle: Bundle, state: Path) -> TuningPlan | None:
        """The device's plan for a bundle; None if it is not to be used.

        Args:
            bundle: The bundle.
            state: State folder of the device.
        """
        if self.engine or self.precision or self.threads:
            return None
        plan, why = TuningPlans(state).find(bundle)
        if why:
            self._tell(why)
        return plan

    def by_stage(self, bundle: Bundle, state: Path) -> Choices:
        """The choice for each stage."""
        plan = self.plan(bundle, state)
        return self._limited(plan.choices if plan else self._untuned)

    def load(self, bundle: Bundle, state: Path, *, threads: int | None = None) -> Cascade:
        """Load a bundle's models with these choices.

        Args:
            bundle: The bundle.
            state: State folder of the device.
            threads: Threads for each network, which override all other choices; None does not.

        Raises:
            EngineError: No engine is installed, or it cannot load a model.
            BundleError: The bundle has no model of this precision.
        """
        return self._use(bundle, state, lambda choices, *_: _cascade(bundle, choices, threads))

    def proven(
        self,
        bundle: Bundle,
        state: Path,
        *,
        threads: int | None = None,
        heed: Heed = unheeding,
    ) -> Cascade:
        """Load a bundle's models, warm them up and verify them with the golden frames.

        Args:
            bundle: As in ``load``.
            state: As in ``load``.
            threads: As in ``load``.
            heed: See ``Heed``.

        Raises:
            EngineError: As in ``load``.
            BundleError: As in ``load``; or golden frames get other scores.
        """

        def use(choices: Choices, verdict: Precision, outlines: Precision | None) -> Cascade:
            return proven(bundle, _cascade(bundle, choices, threads), verdict, outlines, heed=heed)

        return self._use(bundle, state, use)

    def _use(
        self,
        bundle: Bundle,
        state: Path,
        use: Callable[[Choices, Precision, Precision | None], Cascade],
    ) -> Cascade:
        """Use the plan; if it fails, report that and use the choices without a plan."""
        plan = self.plan(bundle, state)
        if plan is not None:
            try:
                return use(self._limited(plan.choices), *plan.precisions)
            except MillsightError as error:
                path = TuningPlans(state).file(bundle)
                self._tell(f"the plan {path} fails ({error.what}) and is not used; {AGAIN}")
        choices = self._limited(self._untuned)
        return use(choices, cast(Precision, choices["gate"].precision), None)

    def _tell(self, why: str) -> None:
        if why not in self._reported:
            self._reported.add(why)
            self.say(why)

    def _limited(self, choices: Choices) -> Choices:
        """Limit the threads of each choice by ``leave_cores``."""
        if self.threads is not None:
            return choices
        most = max(1, (os.cpu_count() or 1) - self.leave_cores)
        return {
            stage: replace(choice, threads=min(choice.threads, most))
            for stage, choice in choices.items()
        }


def _cascade(bundle: Bundle, choices: Choices, threads: int | None) -> Cascade:
    if threads is not None:
        choices = {stage: replace(choice, threads=threads) for stage, choice in choices.items()}
    return Cascade.from_bundle(bundle, stages=choices)
