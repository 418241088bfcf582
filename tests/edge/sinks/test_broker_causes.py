"""What a broker does not say: that it drops what is published, and why it closes connections."""

from __future__ import annotations

import pytest

from edge.config.outputs import MqttConfig
from edge.sinks import broker as broker_module
from edge.sinks.broker import Broker
from edge.sinks.outbox import MemoryOutbox
from tests.edge.sinks.mosquitto import needs_mosquitto, wait_for
from tests.edge.sinks.test_mqtt_security import broker

pytestmark = [pytest.mark.loopback, needs_mosquitto]


def connected(port, told, **settings):
    return Broker(
        MqttConfig(host="127.0.0.1", port=port, topic="t", **settings),
        MemoryOutbox(),
        state_topic="t/state",
        command_topic="t/coil",
        on_command=lambda payload: told.append("a command"),
        on_news=told.append,
        retry_s=(0.02, 0.05),
    )


@pytest.mark.parametrize(
    ("rights", "said"),
    [
        ("topic read t/#", "drops all that it publishes"),
        ("topic write t/#", "this user only may not read it"),
        ("topic readwrite t/#", None),
    ],
)
def test_what_it_does_not_allow_is_named(rights, said, tmp_path, monkeypatch):
    monkeypatch.setattr(broker_module, "_ECHO_S", 0.3)
    (tmp_path / "acl").write_text(rights + "\n")
    told = []
    with broker(tmp_path, "allow_anonymous true", f"acl_file {tmp_path / 'acl'}") as server:
        line = connected(server.port, told)
        wait_for(lambda: line.connected)
        if said is None:
            line._wake.wait(1.0)
            wait_for(lambda: line._echo_due == float("inf"))
        else:
            wait_for(lambda: any(said in text for text in told))
        line.close()
    wrong = [text for text in told if "drops" in text]
    assert len(wrong) == (said is not None)
    assert "a command" not in told


def test_two_clients_of_one_name_are_told_so(tmp_path):
    told = []
    with broker(tmp_path, "allow_anonymous true") as server:
        lines = [connected(server.port, told, client_id="line-1") for _ in range(2)]
        wait_for(lambda: any("another client of the name line-1" in text for text in told))
        for line in lines:
            line.close()
