"""A person hears of an absence once, and of what there is to mend."""

from __future__ import annotations

import ssl

import pytest

from edge.sinks.broker_status import BrokerStatus, RefusedError
from edge.sinks.outbox import MemoryOutbox


@pytest.fixture
def told():
    return []


@pytest.fixture
def outbox():
    return MemoryOutbox(2)


@pytest.fixture
def standing(told, outbox):
    return BrokerStatus("mill:1883", outbox, told.append)


def test_an_absence_is_told_once_and_its_end(standing, told, outbox):
    standing.back()
    for error in (ConnectionError("the connection was lost"), OSError(111, "Connection refused")):
        standing.lost(error)
    outbox.put("t", b"")
    standing.back()
    standing.lost(TimeoutError("timed out"))
    assert told == [
        "broker mill:1883 is there, 0 messages waited",
        "broker mill:1883 is away: the connection was lost. Messages wait for it",
        "broker mill:1883 is back after 0 s, 1 messages waited",
        "broker mill:1883 is away: timed out. Messages wait for it",
    ]


def untrusted():
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_message = "self-signed certificate"
    return error


@pytest.mark.parametrize("error", [RefusedError("it refuses this device"), untrusted()])
def test_what_there_is_to_mend_is_told_within_an_absence_too(standing, told, error):
    standing.lost(OSError(111, "Connection refused"))
    standing.lost(error)
    standing.lost(error)
    assert len(told) == 2


def test_dropped_messages_are_told_when_it_begins_and_how_many_at_the_end(standing, told, outbox):
    for _ in range(3):
        outbox.put("t", b"")
        outbox.put("t", b"")
        standing.lost(OSError(113, "No route to host"))
    standing.back()
    assert [text for text in told if "no more messages can wait" in text] == [told[1]]
    assert told[-1].endswith("2 messages waited, 4 before them were dropped")


def test_it_is_there_between_back_and_lost(standing):
    seen = [standing.there]
    standing.back()
    seen.append(standing.there)
    standing.lost(OSError("x"))
    assert [*seen, standing.there] == [False, True, False]
