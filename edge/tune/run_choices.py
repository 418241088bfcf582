"""How a bundle's networks are run: as somebody asks, else as the device is tuned, else as usual."""

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
    """What was asked of the networks, by options or a configuration.

    Where nothing was, the device's plan for the bundle is used. Where anything was, it is not: its
    engines, precisions and threads were measured together.

    Attributes:
        engine: Engine name; None: nobody said.
        precision: Number format, such as ``int8``; None likewise.
        threads: Threads for each network; None likewise.
        say: Told, once for each reason, why a plan that is there is not used.
        leave_cores: Where nobody said how many threads, no network takes so many of the cores.
    """

    engine: str | None = None
    precision: str | None = None
    threads: int | None = None
    say: Callable[[str], None] = lambda text: None
    leave_cores: int = 0
    _said: set[str] = field(default_factory=set, init=False, repr=False, compare=False)

    @property
    def _untuned(self) -> Choices:
        """How each stage is run without a plan."""
        way = default_choice()
        way = EngineChoice(
            self.engine or way.engine,
            self.precision or way.precision,
            self.threads or way.threads,
        )
        return {"gate": way, "classifier": way, "instances": way}

    def plan(self, bundle: Bundle, state: Path) -> TuningPlan | None:
        """The device's plan for a bundle, where it is to be used.

        Args:
            bundle: The bundle.
            state: Folder of what is installed on the device.
        """
        if self.engine or self.precision or self.threads:
            return None
        plan, why = TuningPlans(state).find(bundle)
        if why:
            self._tell(why)
        return plan

    def ways(self, bundle: Bundle, state: Path) -> Choices:
        """How each stage is run."""
        plan = self.plan(bundle, state)
        return self._spared(plan.choices if plan else self._untuned)

    def load(self, bundle: Bundle, state: Path, *, threads: int | None = None) -> Cascade:
        """A bundle's models, run as they should be.

        Args:
            bundle: The bundle.
            state: Folder of what is installed on the device.
            threads: For each network, whatever else is asked; None leaves it.

        Raises:
            EngineError: No engine is installed, or it refuses a model.
            BundleError: The bundle has no model of that precision.
        """
        return self._use(bundle, state, lambda ways, *_: _cascade(bundle, ways, threads))

    def proven(
        self,
        bundle: Bundle,
        state: Path,
        *,
        threads: int | None = None,
        heed: Heed = unheeding,
    ) -> Cascade:
        """The same, warm, after it has scored the golden frames rightly.

        Args:
            bundle: As ``load``.
            state: Likewise.
            threads: Likewise.
            heed: See ``Heed``.

        Raises:
            EngineError: As ``load``.
            BundleError: As ``load``; or it scores them otherwise.
        """

        def use(ways: Choices, verdict: Precision, outlines: Precision | None) -> Cascade:
            return proven(bundle, _cascade(bundle, ways, threads), verdict, outlines, heed=heed)

        return self._use(bundle, state, use)

    def _use(
        self,
        bundle: Bundle,
        state: Path,
        use: Callable[[Choices, Precision, Precision | None], Cascade],
    ) -> Cascade:
        """As planned; where that fails, as if there were no plan, which is said."""
        plan = self.plan(bundle, state)
        if plan is not None:
            try:
                return use(self._spared(plan.choices), *plan.precisions)
            except MillsightError as error:
                path = TuningPlans(state).file(bundle)
                self._tell(f"the plan {path} fails ({error.what}) and is not used; {AGAIN}")
        ways = self._spared(self._untuned)
        return use(ways, cast(Precision, ways["gate"].precision), None)

    def _tell(self, why: str) -> None:
        if why not in self._said:
            self._said.add(why)
            self.say(why)

    def _spared(self, ways: Choices) -> Choices:
        if self.threads is not None:
            return ways
        most = max(1, (os.cpu_count() or 1) - self.leave_cores)
        return {stage: replace(way, threads=min(way.threads, most)) for stage, way in ways.items()}


def _cascade(bundle: Bundle, ways: Choices, threads: int | None) -> Cascade:
    if threads is not None:
        ways = {stage: replace(way, threads=threads) for stage, way in ways.items()}
    return Cascade.from_bundle(bundle, stages=ways)
