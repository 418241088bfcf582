"""The second cascade of a bundle, which catches up what no verdict waited for."""

from __future__ import annotations

from collections.abc import Callable

from edge.core.clock import SYSTEM_CLOCK, Clock
from edge.install.verify import Heed, unheeding
from edge.line.gc_freeze import exempt
from edge.line.stage_clock import StageClock
from edge.vision.cascade import Cascade

LoadBackground = Callable[[Heed], Cascade]
"""Loads a bundle once more, proven and warm, one thread for each model; heeds who wants it no
longer.
"""


class BackgroundCascade:
    """A second cascade of a bundle, for the deferred queue's thread; loaded when it first asks.

    Args:
        load: See ``LoadBackground``.
        clock: Tells the time.

    Attributes:
        stage_clock: What its stages have lately needed.
    """

    def __init__(self, load: LoadBackground, clock: Clock = SYSTEM_CLOCK) -> None:
        self.stage_clock = StageClock(clock=clock)
        self._load = load
        self._cascade: Cascade | None = None

    def get(self, heed: Heed = unheeding) -> Cascade:
        """The cascade.

        Args:
            heed: Told of each step of the proof; where it ends it, the next call begins anew.

        Raises:
            EngineError: No engine runs its models.
            BundleError: They score golden frames wrongly.
        """
        if self._cascade is None:
            self._cascade = self._load(heed)
            exempt()
        return self._cascade
