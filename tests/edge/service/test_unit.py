"""The unit is one that systemd takes, and it says why."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from edge.config import Config
from edge.core.errors import ConfigError
from edge.service.unit import program, unit, writable_folders

TOOL = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(TOOL is None, reason="there is no systemd-analyze here")


def settings(text):
    """Values of each key, in order."""
    found = {}
    for line in text.splitlines():
        key, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(key, []).append(value)
    return found


def system_unit(*words, writable=()):
    return unit(["/bin/true", *words], run_as="root", writable=writable)


@needs_systemd
@pytest.mark.parametrize("run_as", ["root", None])
@pytest.mark.parametrize("word", ["run", '/srv/100 % "steel" $HOME\\x/line.toml'])
def test_systemd_takes_it(tmp_path, run_as, word):
    path = tmp_path / "millsight.service"
    path.write_text(unit(["/bin/true", word], run_as=run_as, writable=[Path("/srv/a b")]))
    mode = ["--user"] if run_as is None else ["--system"]
    command = [TOOL, *mode, "--recursive-errors=no", "verify", str(path)]
    environ = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environ)
    if "Failed to initialize manager" in done.stderr:
        pytest.skip(f"systemd-analyze cannot look at units here: {done.stderr.strip()}")
    assert (done.returncode, done.stderr) == (0, "")


@needs_systemd
def test_its_sandbox_is_called_ok(tmp_path):
    path = tmp_path / "millsight.service"
    path.write_text(unit(["/bin/true"], run_as="millsight"))
    command = [TOOL, "security", "--offline=true", "--threshold=25", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "unrecognized option" in done.stderr:
        pytest.skip("this systemd-analyze is too old to judge a file")
    assert done.returncode == 0, done.stdout.splitlines()[-1]


def test_the_line_is_watched_and_always_started_again():
    found = settings(system_unit("run"))
    assert found["Type"] == ["notify"]
    assert found["WatchdogSec"] == ["30"]
    assert found["Restart"] == ["always"]
    assert found["StartLimitIntervalSec"] == ["0"]
    assert found["ProtectSystem"] == ["strict"]
    assert found["WantedBy"] == ["multi-user.target"]


def test_a_user_s_own_unit_asks_for_nothing_that_is_root_s():
    found = settings(unit(["/bin/true"], run_as=None))
    forbidden = {"User", "DeviceAllow", "ProtectSystem", "Nice", "CapabilityBoundingSet"}
    assert not forbidden & set(found)
    assert found["WantedBy"] == ["default.target"]


def test_each_choice_has_its_reason():
    lines = system_unit("run").splitlines()
    at = [i for i, line in enumerate(lines) if line.startswith(("Memory", "Watchdog", "System"))]
    for i in at:
        above = next(line for line in reversed(lines[:i]) if line.startswith("#"))
        assert len(above) > 20
    assert max(map(len, lines)) <= 100


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("/etc/millsight/line.toml", "/etc/millsight/line.toml"),
        ("/srv/line 1.toml", '"/srv/line 1.toml"'),
        ("/srv/100%.toml", "/srv/100%%.toml"),
        ("/srv/$HOME.toml", "/srv/$$HOME.toml"),
        ('/srv/"a".toml', '"/srv/\\"a\\".toml"'),
    ],
)
def test_unusual_paths_are_escaped(word, written):
    assert settings(system_unit(word))["ExecStart"] == [f"/bin/true {written}"]


def test_a_path_that_would_break_the_unit_is_refused():
    with pytest.raises(ConfigError, match="cannot be written in a systemd unit"):
        system_unit("/srv/a\nExecStartPre=/bin/sh")


@pytest.mark.parametrize(
    ("word", "home"), [("/etc/line.toml", "yes"), ("/home/mill/line.toml", "read-only")]
)
def test_homes_are_hidden_unless_it_lives_in_one(word, home):
    assert settings(system_unit(word))["ProtectHome"] == [home]


def test_folders_that_the_configuration_names_can_be_written():
    config = Config.model_validate(
        {
            "ledger": {"path": "/srv/mill/ledger.sqlite"},
            "csv": {"path": "defects.csv"},
            "jsonl": {"path": "-", "events": "/var/lib/millsight/events.jsonl"},
            "pictures": {"folder": "/srv/pictures"},
            "log": {"path": "/srv/log/millsight.log"},
        }
    )
    folders = writable_folders(config)
    assert folders == [Path("/srv/log"), Path("/srv/mill"), Path("/srv/pictures")]
    written = settings(system_unit("run", writable=folders))["ReadWritePaths"]
    assert written == ["-/srv/log", "-/srv/mill", "-/srv/pictures"]
    assert writable_folders(Config()) == []


def test_the_program_is_there():
    assert Path(program()[0]).is_absolute()
    assert Path(program()[0]).is_file()
