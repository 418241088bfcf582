"""A flag that is waited for on a clock: it wakes who waits, and lets them go in time."""

from __future__ import annotations

import threading

from edge.core.stop_flag import StopFlag
from tests.edge.clock import VirtualTime


def test_who_waits_goes_on_when_it_is_set():
    clock = VirtualTime()
    stop, began = StopFlag(clock), clock.now()

    def set_it():
        clock.sleep(2.0)
        stop.set()
        stop.set()

    threading.Thread(target=set_it).start()
    assert not stop.is_set()
    assert stop.wait(60.0)
    assert clock.now() - began == 2.0
    assert stop.is_set() and stop.wait(60.0)
    assert clock.now() - began == 2.0


def test_who_waits_goes_on_when_the_time_has_passed():
    clock = VirtualTime()
    began = clock.now()
    assert not StopFlag(clock).wait(3.0)
    assert clock.now() - began == 3.0
    assert not StopFlag(clock).wait(0.0)
    assert clock.now() - began == 3.0


def test_the_machine_s_clock_is_the_default():
    stop = StopFlag()
    threading.Thread(target=stop.set).start()
    assert stop.wait(60.0)
