"""What outputs may be asked for, and that no password is seen."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from edge.config.outputs import MetricsConfig, MqttConfig
from edge.core.errors import ConfigError

SECRET = "s3cret"


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"password_file": "a", "password_env": "B", "user": "c"}, "not both"),
        ({"password_env": "B"}, "a password needs a user"),
        ({"tls": True, "key_file": "k"}, "key_file needs cert_file"),
        ({"ca_file": "ca.pem"}, "ca_file needs tls = true"),
        ({"cert_file": "c.pem"}, "cert_file needs tls = true"),
        ({"topic": "mill/#"}, "topic"),
        ({"topic": "/mill"}, "topic"),
        ({"topic": "mill/"}, "topic"),
        ({"topic": "$SYS"}, "topic"),
        ({"port": 0}, "port"),
        ({"password": SECRET}, "password"),
        ({"window": 0}, "window"),
    ],
)
def test_what_makes_no_sense_is_refused(settings, told):
    with pytest.raises(ValidationError, match=told):
        MqttConfig(host="broker", **settings)


@pytest.mark.parametrize("host", ["broker..mill", "b" * 64])
def test_a_host_that_no_system_can_look_up_is_refused(host):
    with pytest.raises(ValidationError, match="not the name or address of a host"):
        MqttConfig(host=host)


@pytest.mark.parametrize("topic", ["m", "ab", "mill/line 1/north", "mühle/1"])
def test_topics_may_have_levels(topic):
    assert MqttConfig(host="broker", topic=topic).topic == topic


def test_the_port_follows_tls():
    assert MqttConfig(host="b").port_used == 1883
    assert MqttConfig(host="b", tls=True).port_used == 8883
    assert MqttConfig(host="b", tls=True, port=1).port_used == 1


def test_each_line_has_a_name_of_its_own_at_the_broker():
    names = {MqttConfig(host="b", topic=topic).name_at_broker for topic in ("mill/1", "mill/2")}
    assert len(names) == 2
    assert MqttConfig(host="b", client_id="mine").name_at_broker == "mine"


@pytest.mark.parametrize("text", [SECRET, f"{SECRET}\n", f"{SECRET}\r\nmore\n"])
def test_a_password_is_a_file_s_first_line_and_is_not_seen(tmp_path, text):
    (tmp_path / "secret").write_bytes(text.encode())
    config = MqttConfig(host="b", user="u", password_file=tmp_path / "secret")
    password = config.password()
    assert password.get_secret_value() == SECRET
    assert SECRET not in f"{config!r} {config.model_dump_json()} {password!r} {password}"


def test_a_password_comes_out_of_the_environment(monkeypatch):
    monkeypatch.setenv("MILL_PASSWORD", SECRET)
    config = MqttConfig(host="b", user="u", password_env="MILL_PASSWORD")
    assert config.password().get_secret_value() == SECRET
    assert MqttConfig(host="b", user="u").password() is None


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"password_env": "MILL_NO_SUCH"}, "the variable MILL_NO_SUCH is not set"),
        ({"password_env": "MILL_EMPTY"}, "the password in the variable MILL_EMPTY is empty"),
        ({"password_file": "none"}, "none cannot be read: No such file"),
        ({"password_file": "binary"}, "binary cannot be read: it is not text"),
        ({"password_file": "empty"}, "the password in .*empty is empty"),
    ],
)
def test_a_password_that_cannot_be_had_is_named(tmp_path, monkeypatch, settings, told):
    monkeypatch.setenv("MILL_EMPTY", "")
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    if "password_file" in settings:
        settings = {"password_file": tmp_path / settings["password_file"]}
    with pytest.raises(ConfigError, match=told):
        MqttConfig(host="b", user="u", **settings).password()


def test_figures_are_for_this_device_unless_it_is_said_otherwise():
    assert MetricsConfig().host == "127.0.0.1"
