"""`millsight doctor`: findings for people and for programs, and an exit code."""

from __future__ import annotations

import json

import pytest

from tests.edge.cli.test_run import millsight


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("doctor")
    (folder / "c.toml").write_text(
        f'[line]\nspeed_m_s = 0.2\n[ledger]\npath = "{folder}/l.sqlite"\n'
        f'[pictures]\nfolder = "{folder}/pictures"\n'
    )
    words = ("doctor", "--config", folder / "c.toml", "--seconds", 1, "--format", "json")
    return millsight(*words), folder


def test_everything_is_looked_at_and_nothing_is_left_behind(asked):
    done, folder = asked
    answer = json.loads(done.stdout)
    checks = [finding["check"] for finding in answer["findings"]]
    assert checks == [
        *("configuration", "cpu", "memory", "governor", "clock", "engines", "bundle", "cameras"),
        *("disk for ledger", "disk for pictures", "speed", "temperature", "throttling"),
    ]
    assert [path.name for path in folder.iterdir()] == ["c.toml"]


def test_the_speed_of_the_configuration_is_measured(asked):
    done, _ = asked
    answer = json.loads(done.stdout)
    [speed] = [each for each in answer["findings"] if each["check"] == "speed"]
    figures = speed["figures"]
    assert figures["speed_m_s"] == 0.2
    assert figures["period_ms"] == pytest.approx(640.0)
    assert figures["frames"] >= 1
    assert done.returncode == (22 if answer["state"] == "fail" else 0)
    assert figures["holds"] == (speed["state"] != "fail")


def test_people_read_a_page_with_yes_or_no(tmp_path):
    done = millsight("doctor", "--seconds", 0.5, "--speed", 400, cwd=tmp_path)
    assert done.returncode == 22, done.stderr
    assert "NO, this device does not hold 400 m/s" in " ".join(done.stdout.split())
    assert "not fit for the line: speed" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_configuration_is_a_finding(tmp_path):
    (tmp_path / "c.toml").write_text("[line]\nsped_m_s = 1\n")
    words = ("--config", "c.toml", "--speed", 0.2, "--seconds", 0.5, "--format", "json")
    done = millsight("doctor", *words, cwd=tmp_path)
    assert done.returncode == 22
    first = json.loads(done.stdout)["findings"][0]
    assert first["state"] == "fail" and "did you mean `speed_m_s`?" in first["what"]
