"""TLS, passwords, and what a person reads where they are wrong."""

from __future__ import annotations

import subprocess
from contextlib import contextmanager

import pytest

from edge.config.outputs import MqttConfig
from edge.core.errors import ConfigError
from edge.core.run_figures import RunFigures
from edge.sinks.mqtt import Mqtt
from tests.edge.sinks.certificates import Authority
from tests.edge.sinks.mosquitto import Mosquitto, Subscriber, needs_mosquitto, wait_for
from tests.edge.sinks.samples import defect

pytestmark = pytest.mark.loopback

PASSWORD = "s3cret-of-the-mill"


@contextmanager
def broker(tmp_path, *settings):
    broker = Mosquitto(tmp_path, *settings)
    try:
        yield broker
    finally:
        broker.stop()


@contextmanager
def mqtt(port, told=None, **settings):
    told = [] if told is None else told
    config = MqttConfig(host="127.0.0.1", port=port, **settings)
    sink = Mqtt(config, figures=RunFigures(), report=told.append, retry_s=(0.05, 0.2))
    try:
        yield sink
    finally:
        sink.close()


def first_event(told):
    wait_for(lambda: told)
    return told[0].text


def password_file(tmp_path):
    path = tmp_path / "users"
    path.touch(mode=0o600)
    program = ["mosquitto_passwd", "-b", str(path), "line", PASSWORD]
    try:
        subprocess.run(program, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("there is no mosquitto_passwd here")
    path.chmod(0o644)
    return path


@needs_mosquitto
def test_a_password_out_of_a_file_lets_the_line_in_and_a_wrong_one_is_named(tmp_path):
    users = password_file(tmp_path)
    secret = tmp_path / "secret"
    with broker(tmp_path, "allow_anonymous false", f"password_file {users}") as server:
        secret.write_text("wrong-" + PASSWORD + "\n")
        told = []
        with mqtt(server.port, told, user="line", password_file=secret) as sink:
            text = first_event(told)
            assert "refuses this device" in text
            assert "password in [mqtt]" in text
            assert PASSWORD not in text + repr(vars(sink)) + repr(vars(sink._broker))
        secret.write_text(PASSWORD + "\n")
        subscriber = Subscriber(server.port, user="line", password=PASSWORD)
        with mqtt(server.port, user="line", password_file=secret) as sink:
            sink.defect(defect())
            wait_for(lambda: subscriber.heard("millsight/line/defects"))
        subscriber.close()


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path, "mill")


def listening_with_tls(authority):
    certificate, key = authority.issue("broker")
    return (
        "allow_anonymous true",
        f"cafile {authority.path}",
        f"certfile {certificate}",
        f"keyfile {key}",
        "require_certificate true",
    )


@needs_mosquitto
def test_both_sides_show_certificates(tmp_path, authority):
    certificate, key = authority.issue("device")
    with (
        broker(tmp_path, *listening_with_tls(authority)) as server,
        mqtt(
            server.port, tls=True, ca_file=authority.path, cert_file=certificate, key_file=key
        ) as sink,
    ):
        sink.defect(defect())
        wait_for(lambda: not len(sink.outbox))


@needs_mosquitto
def test_a_broker_of_another_authority_is_not_trusted(tmp_path, authority):
    other = Authority(tmp_path, "stranger")
    told = []
    with (
        broker(tmp_path, *listening_with_tls(authority)) as server,
        mqtt(server.port, told, tls=True, ca_file=other.path),
    ):
        assert "its certificate is not trusted" in first_event(told)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"ca_file": "none.pem"}, "ca_file: .*none.pem cannot be used: No such file"),
        ({"ca_file": "text.pem"}, "ca_file: .*text.pem cannot be used"),
        ({"cert_file": "text.pem"}, "cert_file: .*text.pem cannot be used"),
    ],
)
def test_a_certificate_that_cannot_be_read_is_named_at_once(tmp_path, settings, told):
    (tmp_path / "text.pem").write_text("no certificate")
    paths = {name: tmp_path / file for name, file in settings.items()}
    with pytest.raises(ConfigError, match=told):
        Mqtt(MqttConfig(host="127.0.0.1", tls=True, **paths), figures=RunFigures())
