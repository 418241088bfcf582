"""The simulated camera: live strip with known defects, paced by the clock."""

from __future__ import annotations

import random
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator

from edge.cameras.base import Camera
from edge.cameras.simulated_faults import SimulatedFaults
from edge.core.clock import SYSTEM_CLOCK, Clock
from edge.core.errors import ConfigError
from edge.core.frame import Absence, Frame
from edge.core.stop_flag import StopFlag
from edge.core.time_budget import period_s
from edge.simulator.composer import ShownDefect, StripComposer
from edge.simulator.draw import check_settings
from edge.simulator.statistics import REAL_HEIGHT, REAL_WIDTH

_LEAD = 0.3
"""Share of the period before a frame is due in which it is composed."""

TRUTH_WINDOW = 4096
"""Frames for which ``SimulatedCamera.truth`` remembers what they show."""


class SimulatedCamera(Camera):
    """Strip that runs under a camera that is not there.

    Frame n is due at start + (n + 1) · period, when its last line has passed; the period is
    height · mm_per_line / (1000 · speed_m_s) seconds. A frame is composed late in the period before
    its time: it costs no latency, and the frame before it is not inspected beside that work. A
    consumer that comes late gets the frames that are due one after the other, each with the time
    at which it was due.

    Args:
        speed_m_s: Speed of the strip in metres a second.
        mm_per_line: Millimetres of strip in one line.
        defect_rate: Probability that a frame shows any defect.
        seed: Another seed, another strip.
        jitter_ms: A frame comes late by up to so many milliseconds.
        faults: What goes wrong.
        paced: False gives each frame as soon as it is asked for.
        width: Columns, across the strip.
        height: Lines, along the strip.
        clock: What it is paced by.

    Raises:
        ConfigError: A speed or length is not positive, the rate is no fraction, the jitter is
            negative, or the frame is too small.
    """

    name = "simulated"
    live = True

    def __init__(
        self,
        *,
        speed_m_s: float = 5.0,
        mm_per_line: float = 0.5,
        defect_rate: float = 0.05,
        seed: int = 0,
        jitter_ms: float = 0.0,
        faults: SimulatedFaults | None = None,
        paced: bool = True,
        width: int = REAL_WIDTH,
        height: int = REAL_HEIGHT,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        for label, value in (
            ("speed", speed_m_s),
            ("mm per line", mm_per_line),
        ):
            if not 0.0 < value < float("inf"):
                raise ConfigError(
                    f"the simulated camera's {label} is {value}", "Give a number above 0"
                )
        if not 0.0 <= jitter_ms < float("inf"):
            raise ConfigError(
                f"the simulated camera's jitter is {jitter_ms} ms", "Give a number of 0 or above"
            )
        check_settings(defect_rate, width, height)
        self.speed_m_s = speed_m_s
        self.defect_rate = defect_rate
        self.paced = paced
        self.period_s = period_s(height, mm_per_line, speed_m_s)
        self._cpu_seconds = 0.0
        self._seed = seed
        self._jitter_s = jitter_ms / 1e3
        self._faults = faults
        self._size = (width, height)
        self._clock = clock
        self._closed = StopFlag(clock)
        self._truth: OrderedDict[int, tuple[ShownDefect, ...]] = OrderedDict()
        self._lock = threading.Lock()

    def __iter__(self) -> Iterator[Frame | Absence]:
        """Yield frames until closed; numbers and the strip begin anew with each iteration."""
        return self._strip() if self._faults is None else self._faults.over(self._strip())

    def _strip(self) -> Iterator[Frame]:
        began = time.thread_time()
        width, height = self._size
        composer = StripComposer(
            seed=self._seed, defect_rate=self.defect_rate, width=width, height=height
        )
        self._cpu_seconds += time.thread_time() - began
        start = self._clock.now()
        lead_s = _LEAD * self.period_s
        jitter = random.Random(self._seed)
        number, taken_before = 0, start
        while not self._closed.is_set():
            due_at = start + (number + 1) * self.period_s
            if self.paced and self._closed.wait(max(due_at - lead_s - self._clock.now(), 0.0)):
                return
            began = time.thread_time()
            composed = composer.compose()
            self._remember(number, composed.defects)
            self._cpu_seconds += time.thread_time() - began
            taken_at = self._clock.now()
            if self.paced:
                taken_at = max(taken_before, due_at + self._jitter_s * jitter.random())
                if self._closed.wait(max(taken_at - self._clock.now(), 0.0)):
                    return
            yield Frame(
                pixels=composed.pixels,
                number=number,
                taken_at=taken_at,
                source=self.name,
            )
            number, taken_before = number + 1, taken_at

    @property
    def cpu_seconds(self) -> float:
        """CPU time spent on drawing and composing frames so far, in seconds."""
        return self._cpu_seconds

    def truth(self, number: int) -> tuple[ShownDefect, ...]:
        """What frame ``number`` shows: class and box (x, y, width, height) of each defect.

        Raises:
            KeyError: The frame has not been taken yet, or is more than ``TRUTH_WINDOW`` ago.
        """
        with self._lock:
            return self._truth[number]

    def close(self) -> None:
        """End iteration within a moment, also from another thread. Safe to call twice."""
        self._closed.set()

    def _remember(self, number: int, defects: tuple[ShownDefect, ...]) -> None:
        with self._lock:
            if number == 0:
                self._truth.clear()
            self._truth[number] = defects
            while len(self._truth) > TRUTH_WINDOW:
                self._truth.popitem(last=False)
