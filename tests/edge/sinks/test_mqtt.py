"""What a subscriber at a real broker hears, and what a broker that goes away costs."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

from edge.config.outputs import MqttConfig
from edge.core.clock import SYSTEM_CLOCK
from edge.core.coverage import Gap
from edge.core.events import Event, EventKind
from edge.core.inspection import Cause
from edge.core.run_figures import RunFigures
from edge.ledger.commits import LedgerWriter
from edge.ledger.outbox import LedgerOutbox
from edge.ledger.sink import Ledger
from edge.sinks.mqtt import Mqtt
from edge.sinks.outbox import MemoryOutbox
from tests.edge.clock import FakeClock
from tests.edge.ledger.samples import FACTS
from tests.edge.sinks.mosquitto import Mosquitto, Subscriber, free_port, needs_mosquitto, wait_for
from tests.edge.sinks.samples import clean, defect, defective, missed

pytestmark = [needs_mosquitto, pytest.mark.loopback]
TOPIC = "mill/line-1"


@pytest.fixture
def broker(tmp_path):
    broker = Mosquitto(tmp_path)
    yield broker
    broker.stop()


@pytest.fixture
def subscriber(broker):
    subscriber = Subscriber(broker.port)
    yield subscriber
    subscriber.close()


@contextmanager
def mqtt(
    port, outbox=None, *, figures=None, on_coil=None, heard=None, clock=SYSTEM_CLOCK, **settings
):
    config = MqttConfig(host="127.0.0.1", port=port, topic=TOPIC, **settings)
    sink = Mqtt(
        config,
        outbox,
        figures=figures or RunFigures(),
        on_coil=on_coil,
        report=([] if heard is None else heard).append,
        retry_s=(0.05, 0.2),
        clock=clock,
    )
    try:
        yield sink
    finally:
        sink.close()


def texts(heard):
    """What the sink has told so far."""
    return " | ".join(event.text for event in heard)


def test_each_thing_is_published_under_its_topic(broker, subscriber):
    with mqtt(broker.port) as sink:
        sink.tell(Event(EventKind.COIL_BEGAN, "coil A17 began", coil="A17"))
        sink.write(clean(1, coil="A17"), None)
        sink.gap(Gap(128.0, 64.0, Cause.DROPPED, 1, 0.0, coil="A17"))
        sink.write(defective(3), None)
        sink.defect(defect(1))
        grade = {"coil": "A17", "passed_mm": 320.0}
        sink.tell(
            Event(EventKind.COIL_ENDED, "coil A17 ended", 0.0, 320.0, coil="A17", grade=grade)
        )
        wait_for(lambda: len(subscriber.heard(f"{TOPIC}/coils")) == 2)
    (frame,) = subscriber.heard(f"{TOPIC}/frames")
    assert (frame["frame"], frame["action"], frame["defects"][0]["class"]) == (3, "hold", "scratch")
    assert frame["defects"][0]["mask"] is None
    (told,) = subscriber.heard(f"{TOPIC}/defects")
    assert (told["coil"], told["class"], told["length_mm"]) == ("A17", "scratch", 120.5)
    began, ended = subscriber.heard(f"{TOPIC}/coils")
    assert (began["what"], began["coil"]) == ("began", "A17")
    assert (ended["what"], ended["position_mm"]) == ("ended", 320.0)
    assert (began["grade"], ended["grade"]) == (None, grade)
    kinds = [event["event"] for event in subscriber.heard(f"{TOPIC}/events")]
    assert kinds == ["coil began", "coil ended"]
    everything = [frame, told, began, ended, *subscriber.heard(f"{TOPIC}/events")]
    assert len({message["id"] for message in everything}) == 6


def test_health_is_published_by_the_clock(broker, subscriber):
    figures = RunFigures()
    with mqtt(broker.port, figures=figures, health_s=0.05) as sink:
        wait_for(lambda: sink.connected)
        figures.add(missed())
        time.sleep(0.06)
        sink.tick()
        wait_for(lambda: subscriber.heard(f"{TOPIC}/health"))
    told = subscriber.heard(f"{TOPIC}/health")[0]
    assert told["well"] is True
    assert told["uninspected_by_cause"] == {"late": 128.0}
    assert (told["frames"], told["dropped"]) == (1, 0)


@pytest.mark.parametrize("where", ["memory", "ledger"])
def test_a_broker_away_for_a_while_costs_nothing_and_duplicates_nothing(
    broker, subscriber, where, tmp_path
):
    writer = LedgerWriter(tmp_path / "ledger.sqlite") if where == "ledger" else None
    outbox = LedgerOutbox(writer) if writer else MemoryOutbox()
    heard = []
    with mqtt(broker.port, outbox, heard=heard) as sink:
        for number in range(50):
            sink.defect(defect(number))
        wait_for(lambda: len(subscriber.raw(f"{TOPIC}/defects")) == 50 and not len(outbox))
        broker.stop()
        wait_for(lambda: not sink.connected)
        for number in range(50, 400):
            sink.defect(defect(number))
            if writer and number % 100 == 0:
                assert writer.commit()
        assert len(outbox) == 350
        assert "is away" in texts(heard)
        broker.start()
        wait_for(lambda: not len(outbox))
        wait_for(lambda: len(subscriber.raw(f"{TOPIC}/defects")) >= 400)
        wait_for(lambda: "is back" in texts(heard))
    if writer:
        assert writer.commit()
        writer.close()
    told = subscriber.heard(f"{TOPIC}/defects")
    assert [message["number"] for message in told] == list(range(400))
    assert len({message["id"] for message in told}) == 400
    assert texts(heard).count("is away") == 1


def test_messages_of_a_run_without_a_broker_are_sent_by_the_next(broker, subscriber, tmp_path):
    writer = LedgerWriter(tmp_path / "ledger.sqlite")
    with mqtt(free_port(), LedgerOutbox(writer)) as sink:
        for number in range(3):
            sink.defect(defect(number))
    assert writer.commit()
    writer.close()
    writer = LedgerWriter(tmp_path / "ledger.sqlite")
    with mqtt(broker.port, LedgerOutbox(writer)) as sink:
        sink.defect(defect(3))
        wait_for(lambda: len(subscriber.raw(f"{TOPIC}/defects")) == 4)
    writer.close()
    told = subscriber.heard(f"{TOPIC}/defects")
    assert [message["number"] for message in told] == [0, 1, 2, 3]
    assert len({message["id"] for message in told}) == 4


LINE = """
import sys, time
from edge.config.outputs import MqttConfig
from edge.core.run_figures import RunFigures
from edge.sinks.mqtt import Mqtt
config = MqttConfig(host="127.0.0.1", port=int(sys.argv[1]), topic=sys.argv[2])
Mqtt(config, figures=RunFigures())
time.sleep(60)
"""


def test_a_line_that_is_killed_is_offline_by_its_last_will(broker, subscriber):
    state = f"{TOPIC}/state"
    line = subprocess.Popen([sys.executable, "-c", LINE, str(broker.port), TOPIC])
    try:
        wait_for(lambda: subscriber.raw(state) == [b"online"])
    finally:
        line.send_signal(signal.SIGKILL)
        line.wait(20)
    wait_for(lambda: subscriber.raw(state) == [b"online", b"offline"])


def test_a_line_that_ends_says_so(broker, subscriber):
    with mqtt(broker.port):
        wait_for(lambda: subscriber.raw(f"{TOPIC}/state") == [b"online"])
    wait_for(lambda: subscriber.raw(f"{TOPIC}/state") == [b"online", b"offline"])


@pytest.mark.parametrize(
    ("payload", "told"),
    [
        (b"not json", "it is not JSON"),
        (b'{"begin": 3}', "it is neither"),
        (b'{"begin": "A\\n17"}', "cannot be printed"),
        (b"\xff" * 5000, "too long"),
    ],
)
def test_a_command_that_makes_no_sense_is_an_event(broker, subscriber, payload, told):
    begun, heard = [], []
    with mqtt(broker.port, on_coil=begun.append, heard=heard) as sink:
        wait_for(lambda: sink.connected)
        subscriber.client.publish(f"{TOPIC}/coil", payload, qos=1)
        wait_for(lambda: told in texts(heard))
        subscriber.client.publish(f"{TOPIC}/coil", b'{"begin": "A18"}', qos=1)
        wait_for(lambda: begun)
    assert begun == ["A18"]


def test_coils_are_begun_and_ended_over_the_broker(broker, subscriber):
    begun = []
    subscriber.client.publish(f"{TOPIC}/coil", b'{"begin": "stale"}', qos=1, retain=True)
    wait_for(lambda: subscriber.raw(f"{TOPIC}/coil"))
    with mqtt(broker.port, on_coil=begun.append) as sink:
        wait_for(lambda: sink.connected)
        subscriber.client.publish(f"{TOPIC}/coil", b'{"begin": "A17"}', qos=1)
        subscriber.client.publish(f"{TOPIC}/coil", b'{"end": true}', qos=1)
        wait_for(lambda: len(begun) == 2)
    assert begun == ["A17", None]


@pytest.mark.timed
def test_an_absent_broker_does_not_hold_up_the_end():
    with mqtt(free_port()) as sink:
        sink.defect(defect())
        began = time.monotonic()
    assert time.monotonic() - began < 4.0


def refusals(heard):
    return [event.text for event in heard if "command" in event.text]


def refused_of(sink, count):
    for _ in range(count):
        sink._command(b"nonsense")


def test_a_flood_of_nonsense_makes_a_few_events_and_a_count():
    heard, clock = [], FakeClock()
    with mqtt(free_port(), heard=heard, clock=clock) as sink:
        for _ in range(100):
            refused_of(sink, 150)
            clock.advance(0.25)
            sink.tick()
        assert len(refusals(heard)) == 10
        clock.advance(60.0)
        sink.tick()
        assert "14990 more commands" in refusals(heard)[-1] and len(refusals(heard)) == 11
        refused_of(sink, 12)
    assert "2 more commands" in refusals(heard)[-1]


def test_messages_for_a_broker_that_never_came_are_owned_up_to():
    with mqtt(free_port()) as sink:
        sink.defect(defect())
        sink.tell(Event(EventKind.DRIFT, "drift"))
    assert sink.loss().figures == {"messages": 2} and not sink.loss().promised


def test_messages_that_wait_in_a_ledger_are_not_lost(tmp_path):
    ledger = Ledger(tmp_path / "l.sqlite", FACTS)
    with mqtt(free_port(), ledger.outbox) as sink:
        sink.defect(defect())
    ledger.close()
    assert sink.loss() is None and ledger.loss() is None
