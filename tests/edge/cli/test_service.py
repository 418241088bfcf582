"""``millsight service``: what it shows, writes and refuses."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from edge.cli.service import service
from edge.core.errors import ConfigError, MissingPathError
from edge.service import manager


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """A device without systemd, and a user without units."""
    monkeypatch.setattr(manager, "_RUNNING", tmp_path / "nowhere")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "units"))


def call(*words):
    return CliRunner().invoke(service, list(words), catch_exceptions=False)


def test_print_shows_the_unit_and_installs_nothing(tmp_path):
    config = tmp_path / "line.toml"
    config.write_text('[csv]\npath = "/srv/mill/defects.csv"\n')
    result = call("install", "--print", "--config", str(config))
    assert result.exit_code == 0
    assert f"run --config {config}" in result.stdout
    assert "ReadWritePaths=-/srv/mill" in result.stdout
    assert result.stderr == ""
    assert not (tmp_path / "units").exists()


def test_a_user_installs_and_removes_a_unit_of_their_own(tmp_path):
    path = tmp_path / "units" / "systemd" / "user" / "millsight.service"
    result = call("install", "--user")
    assert f"Wrote {path}" in result.stderr
    assert "Type=notify" in path.read_text()
    assert "Removed" in call("uninstall", "--user").stderr
    assert not path.exists()
    assert "There is no" in call("uninstall", "--user").stderr


def test_a_faulty_configuration_is_not_installed(tmp_path):
    config = tmp_path / "line.toml"
    config.write_text("[line]\nspeed_m_s = -1\n")
    with pytest.raises(ConfigError, match="line 2"):
        call("install", "--user", "--config", str(config))
    with pytest.raises(MissingPathError):
        call("install", "--user", "--config", str(tmp_path / "none.toml"))
    assert not (tmp_path / "units").exists()


def test_a_service_for_nobody_is_refused():
    with pytest.raises(ConfigError, match="there is no user nobody-has-this-name"):
        call("install", "--run-as", "nobody-has-this-name")


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ({}, "systemd does not run this device"),
        ({"LoadState": "not-found"}, "Not installed: millsight service install"),
        (
            {
                "LoadState": "loaded",
                "ActiveState": "active",
                "StatusText": "coil A17, 4 frames",
                "UnitFileState": "enabled",
                "NRestarts": "2",
            },
            "active: coil A17, 4 frames\nstarts with the device: enabled\nstarted again: 2 times",
        ),
    ],
)
def test_status_is_short(monkeypatch, told, shown):
    monkeypatch.setattr(manager.Manager, "status", lambda self: told)
    assert call("status").stdout.strip() == shown
