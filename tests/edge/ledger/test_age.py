"""Rows grow old by time that has passed, never by what the wall clock was set to."""

from __future__ import annotations

import dataclasses
import sqlite3
from functools import partial

import pytest

from edge.core.events import EventKind
from edge.ledger.age import DAY_S, LedgerAge, Moment
from edge.ledger.query import LedgerReader
from edge.ledger.retention import Keep
from edge.ledger.sink import Ledger
from tests.edge.clock import FakeClock
from tests.edge.ledger.samples import FACTS, coil_defect, gap, inspection

NOW = 1_795_000_000.0
YEAR = 365 * DAY_S


class SetClock(FakeClock):
    """One whose wall clock can be set."""

    def set_by(self, seconds):
        self._epoch += seconds


class Device:
    """A device that is switched on and off; its steady clock begins anew each time."""

    def __init__(self, path, keep_days=100.0, kept=False):
        self.path = path
        self.keep = Keep(days=keep_days)
        self.true = NOW
        self.boots = 0
        self.frames = 0
        self.kept = kept
        self.wrong_by = 0.0
        self.told = []

    def boot(self, *, off_s=0.0, wrong_by=None, kept=None):
        """Switch on after ``off_s``, with a wall clock that is wrong by so many seconds."""
        self.true += off_s
        self.wrong_by = self.wrong_by if wrong_by is None else wrong_by
        self.kept = self.kept if kept is None else kept
        self.boots += 1
        self.clock = SetClock(now=10.0, wall=self.true + self.wrong_by)
        return self.start()

    def start(self):
        self.told.clear()
        self.ledger = Ledger(
            self.path,
            FACTS,
            keep=self.keep,
            clock=self.clock,
            boot=f"boot {self.boots}",
            clock_kept=lambda: self.kept,
            report=self.told.append,
            every_s=0.0,
        )
        self.see()
        return self

    def see(self, frames=3):
        """Some strip with rows in every table."""
        for _ in range(frames):
            at = self.clock.wall()
            self.ledger.write(inspection(self.frames, at=at, coil=f"c{self.frames}"), None)
            self.ledger.gap(gap(self.frames, at=at))
            self.ledger.defect(coil_defect(1, self.frames, at=at))
            self.frames += 1
        self.tick()

    def tick(self):
        self.ledger.tick()
        while self.ledger.retention.under_way:
            self.ledger.retention.step()

    def run(self, seconds):
        """Time passes, and every round of the retention that is due is gone through."""
        self.clock.advance(seconds)
        self.true += seconds
        self.tick()
        self.clock.advance(61.0)
        self.true += 61.0
        self.tick()
        return self

    def stop(self):
        self.ledger.close()
        return self

    @property
    def defects(self):
        with LedgerReader(self.path) as reader:
            return reader.scalar("SELECT count(*) FROM defects")

    @property
    def clock_news(self):
        return [event.text for event in self.told if event.kind is EventKind.CLOCK]


@pytest.fixture
def device(tmp_path):
    return Device(tmp_path / "ledger.sqlite")


WRONG = {
    "1970": -NOW,
    "two years ahead": 2 * YEAR,
    "400 days ahead": 400 * DAY_S,
    "101 days ahead": 101 * DAY_S,
    "a year back": -YEAR,
    "1e5 days ahead": 1e5 * DAY_S,
}


@pytest.mark.parametrize("wrong_by", WRONG.values(), ids=WRONG)
def test_a_device_that_boots_with_a_wrong_clock_deletes_nothing_and_says_so(device, wrong_by):
    device.boot().run(3600.0).stop()
    device.boot(off_s=3600.0, wrong_by=wrong_by)
    assert len(device.clock_news) == 1 and "Nothing is deleted" in device.clock_news[0]
    device.run(3600.0)
    assert device.defects == 6
    device.stop()
    device.boot(off_s=3600.0, wrong_by=0.0).run(3600.0)
    assert device.defects == 9


@pytest.mark.parametrize("wrong_by", WRONG.values(), ids=WRONG)
def test_nor_does_one_whose_disk_fails_as_the_ledger_is_opened(device, monkeypatch, wrong_by):
    class FailsOnce(sqlite3.Connection):
        failures = 1

        def execute(self, statement, *values):
            if FailsOnce.failures and "clock_kept FROM runs" in statement:
                FailsOnce.failures -= 1
                raise sqlite3.OperationalError("disk I/O error")
            return super().execute(statement, *values)

    device.boot().run(3600.0).stop()
    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=FailsOnce))
    device.boot(off_s=3600.0, wrong_by=wrong_by).run(3600.0)
    assert not FailsOnce.failures
    assert device.defects == 6
    assert len(device.clock_news) == 1


@pytest.mark.parametrize("wrong_by", WRONG.values(), ids=WRONG)
def test_nor_does_one_whose_clock_clock_is_set_while_the_line_runs(device, wrong_by):
    device.boot().run(3600.0)
    device.clock.set_by(wrong_by)
    device.see()
    device.run(3600.0)
    device.clock.set_by(-wrong_by)
    device.see()
    device.run(3600.0)
    assert device.defects == 9
    device.stop()
    device.boot(off_s=60.0).run(60.0)
    assert device.defects == 12


@pytest.mark.parametrize("wrong_by", WRONG.values(), ids=WRONG)
def test_a_clock_set_between_two_runs_of_one_boot_is_known_for_what_it_is(device, wrong_by):
    device.boot().run(3600.0).stop()
    device.clock.set_by(wrong_by)
    device.start()
    way = "forward" if wrong_by > 0 else "back"
    assert f"was set {way}" in device.clock_news[0]
    device.run(60.0)
    assert device.defects == 6


@pytest.mark.parametrize("wrong_by", WRONG.values(), ids=WRONG)
def test_rows_of_a_wrong_time_grow_old_like_others(device, wrong_by):
    """Dated in the future they do not stay for ever; dated in 1970 they do not go at once."""
    device.boot(wrong_by=wrong_by).run(DAY_S).stop()
    device.boot(off_s=60.0, wrong_by=0.0).run(50 * DAY_S)
    device.see()
    assert device.defects == 9
    device.run(51 * DAY_S)
    assert device.defects == 3
    device.run(51 * DAY_S)
    assert device.defects == 0


def test_rows_grow_old_over_runs_of_one_boot_to_the_second(device):
    device.boot()
    for _ in range(10):
        device.run(9.9 * DAY_S).stop()
        device.clock.advance(3600.0)
        device.start()
    assert device.defects == 33
    device.run(DAY_S)
    assert device.defects == 30


def test_nights_and_weekends_count_without_a_time_service(device):
    device.boot()
    for _ in range(10):
        device.run(8 * 3600.0).stop().boot(off_s=16 * 3600.0)
    for _ in range(10):
        device.run(7.5 * DAY_S).stop().boot(off_s=2.6 * DAY_S)
    assert device.clock_news == []
    device.run(1.0)
    assert 3 * 10 <= device.defects < 3 * 21


def test_ninety_days_off_count_once_a_time_service_has_kept_both_ends(device):
    device.keep = Keep(days=60.0)
    device.boot(kept=True).run(3600.0).stop()
    device.boot(off_s=90 * DAY_S, kept=False)
    assert "no time service confirms it" in device.clock_news[0]
    device.run(3600.0)
    assert device.defects == 6
    device.kept = True
    device.run(3600.0)
    assert "count again" in device.clock_news[-1]
    assert device.defects == 3


def test_ninety_days_off_count_at_once_where_the_clock_is_kept_already(device):
    device.keep = Keep(days=60.0)
    device.boot(kept=True).run(3600.0).stop()
    device.boot(off_s=90 * DAY_S).run(1.0)
    assert device.defects == 3


def test_without_a_time_service_the_device_s_own_time_counts(device):
    device.keep = Keep(days=60.0)
    device.boot().run(3600.0).stop()
    device.boot(off_s=90 * DAY_S).run(59 * DAY_S)
    assert device.defects == 6
    device.run(DAY_S)
    assert device.defects == 0


def test_a_kept_clock_now_confirms_nothing_where_the_run_before_had_none(device):
    """It ran in 1970; the clock is right now, and 56 years have not passed."""
    device.boot(wrong_by=-NOW).run(3600.0).stop()
    device.boot(off_s=3600.0, wrong_by=0.0, kept=True).run(DAY_S)
    assert device.defects == 6


def test_a_time_service_that_sets_the_clock_after_the_start_is_no_90_days(device):
    """The commonest device: no battery, 1970 at the start, right half a minute later."""
    device.boot(kept=True).run(3600.0).stop()
    for _ in range(5):
        device.boot(off_s=3600.0, wrong_by=-device.true, kept=False).run(30.0)
        device.clock.set_by(device.true - device.clock.wall())
        device.kept = True
        device.see()
        device.run(3600.0)
        device.stop()
    assert device.defects == 3 + 5 * 6


def test_a_little_ahead_at_each_start_adds_up_to_nothing(device):
    """Each is believed as a weekend, and taken back when the clock is set right."""
    device.boot().run(3600.0).stop()
    for _ in range(60):
        device.boot(off_s=60.0, wrong_by=2.9 * DAY_S).run(60.0)
        device.clock.set_by(-2.9 * DAY_S)
        device.run(3600.0).stop()
    assert device.defects == 61 * 3


def test_a_slewed_clock_is_no_step(device):
    device.boot()
    for _ in range(1000):
        device.clock.set_by(0.025)
        device.clock.advance(0.25)
        device.tick()
    assert device.clock_news == []


@pytest.mark.parametrize(
    "keep_days", [0.01, 1.0, 365.0, 1e6], ids=["minutes", "a day", "a year", "for long"]
)
def test_no_keeping_time_makes_a_jump_believed(tmp_path, keep_days):
    device = Device(tmp_path / "l.sqlite", keep_days)
    device.boot().stop()
    device.boot(off_s=1.0, wrong_by=2 * keep_days * DAY_S)
    device.tick()
    assert device.defects == 6


def moment(**changes):
    return dataclasses.replace(Moment(5000.0, NOW, "a", 50.0, False), **changes)


@pytest.mark.parametrize(
    ("before", "boot", "expected"),
    [
        (moment(), "a", 5050.0),
        (moment(wall=NOW + YEAR), "a", 5050.0),
        (moment(wall=NOW - 70.0), "b", 5070.0),
        (moment(wall=NOW - YEAR), "b", 5000.0),
        (moment(wall=NOW + 1.5), "b", 5000.0),
        (moment(boot=""), "", 5000.0),
        (moment(up_s=999.0), "a", 5000.0),
    ],
    ids=[
        "same boot", "same boot, clock set", "another boot", "long ago", "in the future",
        "boot unknown", "a steady clock that went back",
    ],
)  # fmt: skip
def test_the_ledger_s_time_goes_on_from_the_run_before(before, boot, expected):
    age = LedgerAge(FakeClock(now=100.0, wall=NOW), boot=boot)
    age.go_on(before)
    assert age.now() == pytest.approx(expected)


def test_a_new_ledger_begins_with_the_clock():
    age = LedgerAge(FakeClock(wall=NOW))
    assert age.go_on(None) is None
    assert age.now() == NOW
