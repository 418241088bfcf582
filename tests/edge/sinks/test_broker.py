"""What is sent again, how much is on its way, and what lost connections leave behind."""

from __future__ import annotations

import gc
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from paho.mqtt.client import Client

from edge.config.outputs import MqttConfig
from edge.core.errors import MissingExtraError
from edge.sinks.broker import Broker
from edge.sinks.broker_status import BrokerStatus
from edge.sinks.outbox import MemoryOutbox
from tests.edge.sinks.fake_broker import FakeBroker
from tests.edge.sinks.mosquitto import free_port, wait_for

pytestmark = pytest.mark.loopback

EVER = 10**9


@contextmanager
def forwarding(port, outbox, *, news=None, window=32, retry_s=(0.02, 0.05)):
    broker = Broker(
        MqttConfig(host="127.0.0.1", port=port, window=window),
        outbox,
        state_topic="t/state",
        command_topic="t/coil",
        on_command=lambda payload: None,
        on_news=(news if news is not None else []).append,
        retry_s=retry_s,
    )
    try:
        yield broker
    finally:
        broker.close(flush_s=0.0)


def filled(count):
    outbox = MemoryOutbox()
    for number in range(count):
        outbox.put("t/x", b"%d" % number)
    return outbox


def numbers(heard):
    return [int(payload) for payload in heard]


def test_after_a_lost_connection_only_what_was_not_acknowledged_is_sent_again():
    server, outbox = FakeBroker((4, 10), (EVER, EVER)), filled(20)
    with forwarding(server.port, outbox):
        wait_for(lambda: not len(outbox))
    server.close()
    first, second = server.connections[:2]
    assert numbers(first) == list(range(10))
    assert numbers(second) == list(range(4, 20))


def test_no_more_than_the_window_is_on_its_way():
    server, outbox = FakeBroker((0, EVER)), filled(50)
    with forwarding(server.port, outbox, window=5):
        wait_for(lambda: server.connections and len(server.connections[0]) == 5)
        time.sleep(0.3)
        assert numbers(server.connections[0]) == [0, 1, 2, 3, 4]
        assert len(outbox) == 50
    server.close()


@pytest.fixture
def attempts(monkeypatch):
    """Each failed attempt to connect, as the error."""
    errors = []
    lost = BrokerStatus.lost

    def counted(self, error):
        errors.append(error)
        lost(self, error)

    monkeypatch.setattr(BrokerStatus, "lost", counted)
    return errors


def test_a_broker_that_never_answers_is_told_of_once_and_leaves_nothing_behind(attempts):
    folder = Path("/proc/self/fd")
    if not folder.is_dir():
        pytest.skip("this system does not list open files")
    news, outbox = [], filled(1)
    with forwarding(free_port(), outbox, news=news, retry_s=(0.001, 0.001)):
        wait_for(lambda: len(attempts) > 5)
        gc.collect()
        files, threads = len(list(folder.iterdir())), threading.active_count()
        wait_for(lambda: len(attempts) > 60)
        gc.collect()
        assert len(list(folder.iterdir())) <= files + 2
        assert threading.active_count() == threads
    assert len(news) == 1
    assert "is away: Connection refused. Messages wait for it" in news[0]


def test_a_broker_that_closes_each_connection_is_tried_with_growing_pauses(attempts, monkeypatch):
    pauses = []
    monkeypatch.setattr("random.uniform", lambda least, most: most)
    monkeypatch.setattr(Client, "reconnect_delay_set", lambda self, *given: pauses.append(given))
    monkeypatch.setattr(Client, "_reconnect_wait", lambda self: time.sleep(0.001))
    server = FakeBroker((0, 0))
    with forwarding(server.port, filled(1), retry_s=(1.0, 5.0)):
        wait_for(lambda: len(attempts) > 4)
    server.close()
    assert pauses[:5] == [(1.0, 5.0), (2.0, 5.0), (4.0, 5.0), (5.0, 5.0), (5.0, 5.0)]


def test_of_what_matters_only_now_the_last_is_sent_when_the_broker_is_back():
    port = free_port()
    with forwarding(port, MemoryOutbox()) as broker:
        for number in range(100):
            broker.send_latest("t/health", b"%d" % number)
        server = FakeBroker((EVER, EVER), port=port)
        wait_for(lambda: server.connections and server.connections[0])
        time.sleep(0.2)
    server.close()
    assert numbers(server.connections[0]) == [99]


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "paho.mqtt.client", None)
    with (
        pytest.raises(MissingExtraError, match=r"paho-mqtt.*pip install 'millsight\[mqtt\]'"),
        forwarding(1, MemoryOutbox()),
    ):
        pass
