"""Installing the unit, with a systemctl that notes what it is asked."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from edge.core.errors import ConfigError, UnwritableError
from edge.service import manager as module
from edge.service.manager import Manager, closed_folder, require_user

SYSTEMCTL = """#!/bin/sh
echo "$@" >> "{log}"
case "$*" in
  *show*) printf 'ActiveState=active\\nLoadState=loaded\\nStatusText=coil A17\\nOther=1\\n';;
  *disable*) {on_disable};;
esac
"""


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """Words that systemctl was asked, a line each; its own folder comes first in the PATH."""
    log = tmp_path / "asked"
    log.touch()
    make_systemctl(tmp_path, "true")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(module, "_RUNNING", tmp_path)
    return lambda: log.read_text().splitlines()


def make_systemctl(tmp_path, on_disable):
    program = tmp_path / "bin" / "systemctl"
    program.parent.mkdir(exist_ok=True)
    program.write_text(SYSTEMCTL.format(log=tmp_path / "asked", on_disable=on_disable))
    program.chmod(0o755)


def test_a_unit_is_written_read_and_removed(asked):
    manager = Manager(user=True)
    manager.install("[Unit]\n")
    assert manager.path.read_text() == "[Unit]\n"
    assert manager.path.stat().st_mode & 0o777 == 0o644
    assert manager.status() == {
        "ActiveState": "active",
        "LoadState": "loaded",
        "StatusText": "coil A17",
    }
    assert manager.uninstall()
    assert not manager.path.exists()
    assert not manager.uninstall()
    words = [line.split()[:2] for line in asked()]
    assert words == [["--user", word] for word in ("daemon-reload", "show", "disable")] + [
        ["--user", "daemon-reload"]
    ]


def test_a_refusal_of_systemd_is_told_and_the_unit_stays(asked, tmp_path):
    manager = Manager(user=True)
    manager.install("[Unit]\n")
    make_systemctl(tmp_path, "echo 'Access denied' >&2; exit 4")
    with pytest.raises(
        ConfigError, match=r"disable --now millsight\.service failed: Access denied"
    ):
        manager.uninstall()
    assert manager.path.exists()


def test_where_systemd_does_not_run_the_unit_is_written_all_the_same(asked, monkeypatch):
    monkeypatch.setattr(module, "_RUNNING", Path("/nowhere"))
    manager = Manager(user=True)
    manager.install("[Unit]\n")
    assert manager.path.is_file()
    assert manager.status() == {}
    assert asked() == []


def test_who_may_not_write_is_told_to_ask_as_root(asked, monkeypatch, tmp_path):
    blocked = tmp_path / "blocked"
    blocked.touch()
    monkeypatch.setattr(module, "SYSTEM_FOLDER", blocked)
    with pytest.raises(UnwritableError, match=r"as root \(sudo\).*--user"):
        Manager(user=False).install("[Unit]\n")


def test_a_missing_user_is_named_with_the_command_that_makes_it():
    require_user("root")
    with pytest.raises(ConfigError, match=r"useradd --system.* nobody-has-this-name"):
        require_user("nobody-has-this-name")


def test_a_folder_that_is_closed_to_the_service_is_found(tmp_path):
    tmp_path.chmod(0o700)
    inner = tmp_path / "venv" / "bin"
    inner.mkdir(parents=True)
    closed = closed_folder(inner / "millsight")
    assert closed is not None
    assert tmp_path.is_relative_to(closed)
    assert closed_folder(Path("/usr/bin/env")) is None
