"""The second cascade of a bundle, which runs deferred stages in the background."""

from __future__ import annotations

from collections.abc import Callable

from edge.core.clock import SYSTEM_CLOCK, Clock
from edge.install.verify import Heed, unheeding
from edge.line.gc_freeze import freeze
from edge.line.stage_clock import StageClock
from edge.vision.cascade import Cascade

LoadBackground = Callable[[Heed], Cascade]
"""Loads a bundle a second time, verified and warmed up, with one thread for each model. It calls
the ``Heed`` between steps, which raises to cancel the loading.
"""


class BackgroundCascade:
    """A second cascade of a bundle for the deferred queue's thread, loaded on first use.

    Args:
        load: See ``LoadBackground``.
        clock: The run's clock.

    Attributes:
        stage_clock: Recent run times of its stages.
    """

    def __init__(self, load: LoadBackground, clock: Clock = SYSTEM_CLOCK) -> None:
        self.stage_clock = StageClock(clock=clock)
        self._load = load
        self._cascade: Cascade | None = None

    def get(self, heed: Heed = unheeding) -> Cascade:
        """Return the cascade; load it first if necessary.

        Args:
            heed: Called between the steps of loading; if it raises, the next call starts again.

        Raises:
            EngineError: No engine runs its models.
            BundleError: The models give wrong scores for golden frames.
        """
        if self._cascade is None:
            self._cascade = self._load(heed)
            freeze()
        return self._cascade
