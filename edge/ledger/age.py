"""How old rows and files of a ledger are, without believing the wall clock.

A ledger has a time of its own, in seconds. Each row is stamped with it when it is recorded, and
what is old is told by it alone. It goes on as follows.

*While a run lasts*, by the clock that goes on steadily; whatever the wall clock is set to counts
for nothing.

*From one run to the next*:

- If the system was not started anew between them, by the same steady clock.
- Else by the wall clock, where that says that less than ``_PAUSE_DAYS`` or a tenth of the shortest
  time that anything is kept has passed: a night, a weekend.
- Else not at all, until a time service is known to keep the clock, as it was when the run before
  was stored last: then the time between counts in full. A device that was off for 90 days deletes
  nothing until its clock is confirmed so; without a time service, what it holds grows old only
  while it runs, and the limits in megabytes keep the disk from filling.

A clock that turns out to have been ahead, because it is set back while the run lasts, takes back
what was counted on its word.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from edge.core.clock import Clock
from edge.core.clock_steps import STEP_S, ClockSteps, duration

DAY_S = 86_400.0
_PAUSE_DAYS = 3.0
_SHARE = 0.1
_ASK_EVERY_S = 60.0


@dataclass(frozen=True, slots=True)
class Moment:
    """When a run was stored last.

    Attributes:
        aged: In the ledger's own time, in seconds.
        wall: By the wall clock, in seconds since 1970 (UTC).
        boot: Which start of the system; empty where it is not known.
        up_s: Since that start by the clock that goes on steadily, in seconds.
        kept: Whether a time service kept the wall clock.
    """

    aged: float
    wall: float
    boot: str
    up_s: float
    kept: bool


class LedgerAge:
    """The ledger's own time.

    Args:
        clock: Tells both times.
        boot: Which start of the system this is.
        kept: Asks whether a time service keeps the wall clock.
        shortest_days: The shortest time that anything is kept; None keeps all for ever.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        boot: str = "",
        kept: Callable[[], bool] = lambda: False,
        shortest_days: float | None = None,
    ) -> None:
        self._clock = clock
        self._boot = boot
        self._ask = kept
        days = _PAUSE_DAYS if shortest_days is None else min(_PAUSE_DAYS, _SHARE * shortest_days)
        self._believed_s = days * DAY_S
        self._began = clock.now()
        self._base = clock.wall()
        self._steps = ClockSteps(clock)
        self._before: Moment | None = None
        self._counted_s = 0.0
        self._by_wall = False
        self._kept = kept()
        self._ask_at = self._began + _ASK_EVERY_S

    def now(self) -> float:
        """Seconds in the ledger's own time; they go back only by what was counted wrongly."""
        return self.of(self._clock.now())

    def of(self, moment: float) -> float:
        """The same at a moment of this run, by ``Clock.now()``."""
        return self._base + moment - self._began

    def moment(self) -> Moment:
        """What the next run is to know."""
        return Moment(self.now(), self._clock.wall(), self._boot, self._clock.now(), self._kept)

    def go_on(self, before: Moment | None) -> str | None:
        """Go on from where the run before was stored last.

        Returns:
            What is to be told, where the wall clock is not believed; None where it is.
        """
        if before is None:
            return None
        self._before = before
        by_wall_s = self._between_s()
        self._by_wall = not self._boot or before.boot != self._boot or before.up_s > self._began
        if not self._by_wall:
            self._counted_s = self._began - before.up_s
            doubt_s = by_wall_s - self._counted_s
        else:
            believed = 0.0 <= by_wall_s <= self._believed_s
            self._counted_s = by_wall_s if believed else 0.0
            doubt_s = 0.0 if believed else by_wall_s
        self._base = before.aged + self._counted_s
        if abs(doubt_s) < STEP_S:
            return None
        if self._kept and (more_s := self._uncounted()):
            return self.count(more_s)
        return self._doubt(doubt_s)

    def look(self) -> float:
        """Notice that the wall clock was set or is kept; to be called with each tick.

        Returns:
            Seconds since the run before that may be counted now (``count``), once what this run
            has recorded was made younger by as much.
        """
        if self._steps.look() < 0 and self._by_wall:
            self._take_back()
        if self._clock.now() < self._ask_at:
            return 0.0
        self._ask_at = self._clock.now() + _ASK_EVERY_S
        self._kept = self._ask()
        return self._uncounted() if self._kept else 0.0

    def count(self, seconds: float) -> str:
        """Count time since the run before; what is to be told of it."""
        self._base += seconds
        self._counted_s += seconds
        self._by_wall = False
        return (
            f"A time service keeps the clock: the {duration(self._counted_s)} since the run before "
            "count again where the ledger deletes what is old"
        )

    def _between_s(self) -> float:
        """Seconds between the run before and this one by the wall clock as it is now."""
        assert self._before is not None
        return self._clock.wall() - (self._clock.now() - self._began) - self._before.wall

    def _take_back(self) -> None:
        between_s = min(self._counted_s, max(0.0, self._between_s()))
        self._base -= self._counted_s - between_s
        self._counted_s = between_s

    def _uncounted(self) -> float:
        """Seconds that a time service has kept both ends of, and that were not counted."""
        if not self._by_wall or self._before is None or not self._before.kept:
            return 0.0
        more_s = self._between_s() - self._counted_s
        return more_s if more_s >= STEP_S else 0.0

    def _doubt(self, seconds: float) -> str:
        time = duration(seconds)
        if not self._by_wall:
            way = "forward" if seconds > 0 else "back"
            what = f"The clock was set {way} by {time} since the ledger's last run"
        elif seconds < 0:
            what = f"The clock is {time} behind the end of the ledger's last run"
        else:
            what = (
                f"By the clock the ledger's last run ended {time} ago: the device was off for so "
                "long, or the clock is ahead; no time service confirms it"
            )
        return f"{what}. Nothing is deleted because of it"
