"""The clocks that tests go by."""

from __future__ import annotations

import threading

from tests.edge.clock import FakeClock, VirtualTime


def test_a_clock_moves_by_hand_alone():
    clock = FakeClock(now=5.0, wall=100.0)
    assert (clock.now(), clock(), clock.wall()) == (5.0, 5.0, 100.0)
    clock.advance(2.0)
    clock.sleep(1.0)
    assert (clock.now(), clock.wall()) == (8.0, 103.0)


def waiter(clock, changed, timeout_s, seen):
    def wait():
        with changed:
            seen.append(changed.wait(timeout_s))

    thread = threading.Thread(target=wait)
    thread.start()
    while not clock.waiting:
        pass
    return thread


def test_waiters_go_on_when_they_are_notified_or_their_time_has_come():
    for timeout_s, notified in ((10.0, False), (None, True), (10.0, True)):
        clock, seen = FakeClock(), []
        changed = clock.condition()
        thread = waiter(clock, changed, timeout_s, seen)
        clock.advance(9.0)
        assert seen == [] and clock.waiting == 1
        if notified:
            with changed:
                changed.notify_all()
        else:
            clock.advance(1.0)
        thread.join(10)
        assert seen == [notified]


def test_virtual_time_goes_on_when_all_wait_and_keeps_their_order():
    clock, told = VirtualTime(now=0.0), []

    def work(name, pause_s):
        for _ in range(3):
            clock.sleep(pause_s)
            told.append((round(clock.now(), 3), name))

    threads = [threading.Thread(target=work, args=each) for each in [("a", 1.0), ("b", 0.7)]]
    for thread in threads:
        thread.start()
    clock.sleep(5.0)
    assert told == [(0.7, "b"), (1.0, "a"), (1.4, "b"), (2.0, "a"), (2.1, "b"), (3.0, "a")]
    assert clock.now() == 5.0


def test_virtual_time_stands_still_while_one_that_was_notified_has_not_gone_on():
    clock, seen = VirtualTime(now=0.0), []
    changed, done = clock.condition(), threading.Event()

    def take():
        with changed:
            while len(seen) < 200:
                changed.wait(timeout=100.0)
                seen.append(clock.now())
        done.set()

    thread = threading.Thread(target=take)
    thread.start()
    clock.sleep(0.5)
    for number in range(1, 201):
        clock.sleep(1.0)
        with changed:
            changed.notify_all()
            assert clock.now() == number + 0.5
    assert done.wait(10)
    assert seen == [number + 0.5 for number in range(1, 201)]
