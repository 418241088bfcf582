"""A week of a line in minutes: clocks stepped, a disk filled, broker and camera lost; all by seed.

    python -m benchmarks.week --seed 0                  # a week, some 1,700 times as fast
    python -m benchmarks.week --hours 1 --seed 7        # seconds

The line is the real one, with its threads, its ledger, pictures and broker's outbox; simulated are
time, camera, broker, and a cascade that costs nothing. A frame comes every ten seconds. At random
moments the device is switched off and on, also with a clock that is years wrong; its clock is set
while it runs; the disk of ledger and pictures is filled by something else, and freed; camera and
broker go away. At the end every account is held against the truth that was kept apart: strip,
frames, defects, messages, pictures, events. With the right to mount one the disk is a file system
of its own that is really filled; else a limit on the size of files stands in for it.
"""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import click
from rich.console import Console
from rich.table import Table

from benchmarks.week_clock import SimulatedClock
from benchmarks.week_parts import (
    CLASSES,
    LINES,
    ScheduledBroker,
    ScheduledCamera,
    Truth,
    cascade,
    wait_for,
)
from edge.coil.tracker import CoilTracker
from edge.config.line import LineConfig
from edge.config.outputs import MqttConfig
from edge.core.events import EventKind
from edge.ledger.check import check
from edge.ledger.query import LedgerReader
from edge.ledger.retention import Keep
from edge.ledger.sink import Ledger, RunFacts
from edge.line.loop import Line
from edge.line.run_state import RunState
from edge.service.clock_watch import ClockWatch
from edge.sinks.mqtt import Mqtt
from edge.sinks.pictures import Pictures

STEP_S = 10.0
"""Between two frames."""
FRAME_MM = LINES * 0.5
SPEED_M_S = FRAME_MM / 1000 / STEP_S
BEGAN = 1_795_000_000.0
HOUR_S, DAY_S = 3_600.0, 86_400.0
KEEP_PICTURES_DAYS = 1.0
DISK_MB = 96

_LASTS_H = {"camera": 0.1, "broker": 0.7, "disk": 0.5}
"""How long it is away, on average."""
_EVERY_H = {"camera": 3.0, "broker": 5.0, "disk": 9.0, "clock": 8.0, "power": 20.0}
"""Between two such things, on average."""
_SET_BY_S = (5.0, HOUR_S, DAY_S, 100 * DAY_S, 800 * DAY_S, 56 * 365 * DAY_S)


@dataclass(slots=True)
class Account:
    """One sum that must come out.

    Attributes:
        name: Of what.
        truth: What happened.
        told: What the line's outputs say.
    """

    name: str
    truth: float
    told: float

    @property
    def right(self) -> bool:
        """Whether both agree, to a thousandth of a millimetre."""
        return abs(self.truth - self.told) < 1e-3


@dataclass(slots=True)
class Disk:
    """Where ledger and pictures lie, and how it is filled.

    Attributes:
        folder: On it.
        mounted: Whether it is a file system of its own.
        full: Whether nothing can be written now.
    """

    folder: Path
    mounted: bool
    full: bool = False

    def fill(self, full: bool) -> None:
        """Let something else take all its room, or give it back."""
        self.full = full
        ballast = self.folder / "ballast"
        if not self.mounted:
            hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
            resource.setrlimit(resource.RLIMIT_FSIZE, (0 if full else hard, hard))
        elif full:
            self.top_up()
        else:
            ballast.unlink(missing_ok=True)

    def top_up(self) -> None:
        """Whatever becomes free is taken at once."""
        if self.mounted and self.full:
            with suppress(OSError), (self.folder / "ballast").open("ab", buffering=0) as file:
                while True:
                    file.write(b"x" * 4096)


@dataclass(slots=True)
class Week:
    """The schedule, the line that goes by it, and what came of it."""

    disk: Disk
    seed: int
    hours: float
    often: float = 1.0
    truth: Truth = field(default_factory=Truth)
    lived_s: float = 0.0
    true_wall: float = BEGAN
    done: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    put: set[bytes] = field(default_factory=set)
    shot: dict[Path, float] = field(default_factory=dict)
    gone_early: list[Path] = field(default_factory=list)
    given_up: set[str] = field(default_factory=set)
    _rng: random.Random = field(init=False)
    _until: dict[str, float] = field(default_factory=dict)
    _next: dict[str, float] = field(default_factory=dict)
    _boot: int = 0
    _steps: int = 0
    _given: int = 0

    def __post_init__(self) -> None:
        self._rng = random.Random(self.seed)
        for what, every in _EVERY_H.items():
            self._plan(what, every)

    @property
    def ledger(self) -> Path:
        """The ledger's file."""
        return self.disk.folder / "ledger.sqlite"

    @property
    def pictures(self) -> Path:
        """The pictures' folder; with an odd seed it is on another disk than the ledger."""
        where = self.disk.folder if self.seed % 2 == 0 else self.disk.folder.parent
        return where / "pictures"

    def live(self) -> None:
        """Go through it all."""
        self.pictures.mkdir()
        (self.pictures / "20261101T000000-00000001-camera.jpg").write_bytes(b"of another line")
        clock = SimulatedClock(self.true_wall)
        while self.lived_s < self.hours * HOUR_S:
            self._run(clock)
            clock = self._power_cycle(clock)
        # A last run, with the disk free and the broker there, so that what waits can go.
        self.disk.fill(False)
        ScheduledBroker.there = True
        self._until.clear()
        self._run(clock, last=True)

    def _plan(self, what: str, every_h: float) -> None:
        # At least a step each: what begins and ends within one instant is not there.
        self._next[what] = (
            self.lived_s + STEP_S + self._rng.expovariate(self.often / (every_h * HOUR_S))
        )

    def _power_cycle(self, clock: SimulatedClock) -> SimulatedClock:
        """The service starts anew; sometimes so does the device, and its clock may be wrong."""
        if self._rng.random() < 0.3:
            self.done["service restarted"] += 1
            return clock
        off_s = self._rng.expovariate(1 / (8 * HOUR_S))
        self.true_wall += off_s
        self._boot += 1
        self.done["device restarted"] += 1
        wrong_by = 0.0
        if self._rng.random() < 0.5:
            wrong_by = self._rng.choice((1, -1)) * self._rng.choice(_SET_BY_S)
            self.done["with a wrong clock"] += 1
        return SimulatedClock(max(1.0, self.true_wall + wrong_by))

    def _run(self, clock: SimulatedClock, last: bool = False) -> None:
        config = LineConfig(speed_m_s=SPEED_M_S)
        state = RunState(config, live=True, clock=clock)
        pictures = Pictures(
            self.pictures, CLASSES, tolerant=True, limit=10**9, report=state.tell, clock=clock
        )
        ledger = Ledger(
            self.ledger,
            RunFacts("camera", "week", ""),
            keep=Keep(pictures_days=KEEP_PICTURES_DAYS),
            picture_of=pictures.path_of,
            files_of=pictures.files_of,
            rows_in_memory=20,
            report=state.tell,
            clock=clock,
            boot=f"boot {self._boot}",
            clock_kept=lambda: False,
        )
        with patch("edge.sinks.mqtt.Broker", ScheduledBroker):
            mqtt = Mqtt(
                MqttConfig(host="nowhere"),
                ledger.outbox,
                figures=state.figures,
                report=state.tell,
                clock=clock,
            )
        broker = mqtt._broker
        put = ledger.outbox.put

        def noted_put(topic: str, payload: bytes) -> int:
            self.put.add(payload)
            return put(topic, payload)

        ledger.outbox.put = noted_put  # type: ignore[method-assign]
        self.truth.begin(clock.now)
        self._given = 0
        steps_left = 3 if last else None

        def settle() -> None:
            wait_for(lambda: self.truth.items >= self._given, clock.wake)
            wait_for(lambda: self.truth.ticked_at >= clock.now(), clock.wake)

        def step() -> tuple[bool, bool] | None:
            nonlocal steps_left
            settle()
            self._watch_pictures()
            self.disk.top_up()
            broker.turn(self._rng.randrange(3) if self._rng.random() < 0.02 else None)
            if steps_left is not None:
                steps_left -= 1
            if steps_left == 0 or (steps_left is None and self._power_fails()):
                return None
            if steps_left is None:
                self._befall(clock)
            clock.move(STEP_S)
            self.lived_s += STEP_S
            self.true_wall += STEP_S
            wait_for(lambda: self.truth.ticked_at >= clock.now(), clock.wake)
            self._given += 1
            self._steps += 1
            there = "camera" not in self._until
            return there, there and self._rng.random() < 0.1

        line = Line(
            ScheduledCamera(step, clock),
            cascade(clock),
            config,
            sinks=[ClockWatch(state.tell, clock), pictures, ledger, mqtt, self.truth],
            tracker=CoilTracker("", clock=clock),
            state=state,
        )
        line.run()
        self._close_accounts(line, ledger, pictures)

    def _power_fails(self) -> bool:
        if self.lived_s >= self.hours * HOUR_S:
            return True
        if self.lived_s < self._next["power"]:
            return False
        self._plan("power", _EVERY_H["power"])
        return True

    def _befall(self, clock: SimulatedClock) -> None:
        """What is due now: things go away and come back, and the clock is set."""
        for what in ("camera", "broker", "disk"):
            if what in self._until and self.lived_s >= self._until[what]:
                del self._until[what]
                self._plan(what, _EVERY_H[what])
                self._turn(what, away=False)
            elif what not in self._until and self.lived_s >= self._next[what]:
                lasts = max(STEP_S, self._rng.expovariate(self.often / (_LASTS_H[what] * HOUR_S)))
                self._until[what] = self.lived_s + lasts
                self.done[f"{what} away"] += 1
                self._turn(what, away=True)
        if self.lived_s >= self._next["clock"]:
            self._plan("clock", _EVERY_H["clock"])
            by_s = self._rng.choice((1, -1)) * self._rng.choice(_SET_BY_S)
            if clock.wall() + by_s > 1.0:
                clock.set_by(by_s)
                self.done["clock set"] += 1

    def _turn(self, what: str, *, away: bool) -> None:
        if what == "broker":
            ScheduledBroker.there = not away
        elif what == "disk":
            self.disk.fill(away)

    def _watch_pictures(self) -> None:
        """Learn of pictures as they come and go; none may go before its time, unless for room."""
        there = set(self.pictures.iterdir())
        for path in there - set(self.shot):
            self.shot[path] = self.lived_s
        for path in set(self.shot) - there:
            old = self.lived_s - self.shot.pop(path) >= KEEP_PICTURES_DAYS * DAY_S - 2 * STEP_S
            self.done["pictures deleted"] += 1
            if self.disk.full:
                self.given_up.add(str(path))
            elif not old:
                self.gone_early.append(path)

    def _close_accounts(self, line: Line, ledger: Ledger, pictures: Pictures) -> None:
        self._watch_pictures()
        figures = line.summary()
        self.done["runs"] += 1
        self.lost["frames counted"] += figures["frames"]
        self.lost["passed_mm"] += figures["coverage"]["passed_mm"]
        for sink in (ledger, pictures):
            if (loss := sink.loss()) is not None:
                self.lost.update(dict(loss.figures))
        self.lost["dropped"] += ledger.outbox.dropped

    def accounts(self) -> Iterator[Account]:
        """Everything that must come out."""
        with LedgerReader(self.ledger) as reader:
            page = check(reader)
            scalar = reader.scalar
            frames = scalar("SELECT sum(frames) FROM stretches WHERE NOT gap")
            clocks = scalar(f"SELECT count(*) FROM events WHERE kind = '{EventKind.CLOCK.value}'")
            recorded = {os.fsdecode(row[0]) for row in reader.select("SELECT path FROM files")}
        passed = sum(self.truth.mm.values())
        yield Account("strip that passed, mm, by the run's figures", passed, self.lost["passed_mm"])
        yield Account("strip that passed, mm, by the ledger", passed, page["passed_mm"])
        yield Account("steps of the schedule, mm", self._steps * FRAME_MM, passed)
        for cause, told in page["uninspected_by_cause"].items():
            # What is unstored has no cause any more.
            if not page["unstored_mm"]:
                yield Account(f"of it {cause}, mm", self.truth.mm[cause], told)
        yield Account("frames by the figures", self.truth.frames, self.lost["frames counted"])
        lost_rows, rows = page["unstored_rows"], page["rows"]
        yield Account(
            "rows lost, as runs said and as the ledger knows", self.lost["ledger_rows"], lost_rows
        )
        if not lost_rows:
            yield Account("frames by the ledger", self.truth.frames, frames)
            yield Account("defects", self.truth.defects, rows["defects"])
            yield Account("events", sum(self.truth.events.values()), rows["events"])
            yield Account("times that the clock was told of", self.truth.events["clock"], clocks)
        missing = len(self.put - set(ScheduledBroker.taken))
        gone = self.lost["unsaved_messages"] + self.lost["dropped"]
        yield Account("messages that never arrived, as owned up to", missing, min(missing, gone))
        yield Account("messages that nobody sent", 0, len(set(ScheduledBroker.taken) - self.put))
        yield Account("messages that wait at the end", 0, rows["outbox"])
        yield Account("pictures deleted before their time", 0, len(self.gone_early))
        files = {str(path) for path in self.pictures.iterdir()}
        gone_now = recorded - files - self.given_up
        yield Account("pictures recorded and not there", 0, len(gone_now))
        foreign = files - recorded
        yield Account(
            "the picture of another line is there", 1, any("20261101" in f for f in foreign)
        )
        yield Account("faults of the database", 0, len(page["faults"]))


@contextmanager
def disk(folder: Path) -> Iterator[Disk]:
    """A small disk, a real one where it may be mounted."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except OSError:
        mounted = False
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    made = Disk(folder, mounted)
    try:
        yield made
    finally:
        made.fill(False)
        signal.signal(signal.SIGXFSZ, before)
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)


def simulate(
    folder: Path, hours: float, seed: int, often: float = 1.0
) -> tuple[Week, list[Account]]:
    """Live through so many hours of a line's time, in which things befall it so often."""
    ScheduledBroker.taken = Counter()
    ScheduledBroker.there = True
    with disk(folder / "disk") as small:
        week = Week(small, seed, hours, often)
        week.live()
        return week, list(week.accounts())


@click.command()
@click.option("--hours", type=click.FloatRange(min=0.1), default=168.0, show_default=True)
@click.option("--seed", type=int, default=0, show_default=True)
@click.option(
    "--often",
    type=click.FloatRange(min=0.1),
    default=1.0,
    show_default=True,
    help="How many times as often as usual something befalls the line, for as much shorter.",
)
def main(hours: float, seed: int, often: float) -> None:
    """Simulate a week and hold every account against the truth."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        week, accounts = simulate(Path(folder), hours, seed, often)
    took_s = time.monotonic() - began
    table = Table("account", "truth", "told", "")
    for account in accounts:
        right = "right" if account.right else "WRONG"
        table.add_row(account.name, f"{account.truth:,.0f}", f"{account.told:,.0f}", right)
    Console(stderr=True, highlight=False).print(table)
    figures: dict[str, Any] = {
        "seed": seed,
        "hours": hours,
        "often": often,
        "took_s": round(took_s, 1),
        "times_as_fast": round(week.lived_s / took_s),
        "real_disk": week.disk.mounted,
        "frames": week.truth.frames,
        "wrong": sum(not account.right for account in accounts),
        "accounts": len(accounts),
        "befell": dict(sorted(week.done.items())),
        "lost": {key: round(value, 3) for key, value in sorted(week.lost.items()) if value},
    }
    click.echo(json.dumps(figures))
    sys.exit(bool(figures["wrong"]))


if __name__ == "__main__":
    main()
