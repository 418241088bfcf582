"""`millsight config`: an example that is right, and everything that is wrong at once."""

from __future__ import annotations

import os

import pytest

from tests.edge.cli.test_run import millsight


@pytest.fixture(scope="module")
def example():
    done = millsight("config", "example")
    assert done.returncode == 0 and done.stderr == ""
    return done.stdout


def test_the_example_passes_its_own_check(example, tmp_path):
    (tmp_path / "line.toml").write_text(example)
    done = millsight("config", "check", "line.toml", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "verdict is due" in done.stdout
    assert "line.toml is right" in done.stderr


def test_everything_wrong_is_said_at_once(tmp_path):
    (tmp_path / "line.toml").write_text("[line]\nsped_m_s = 1\nring_frames = 0\n\n[csv]\n")
    done = millsight("config", "check", "line.toml", cwd=tmp_path)
    assert done.returncode == 14 and done.stdout == ""
    *faults, last = done.stderr.splitlines()
    assert [fault.partition(":")[0] for fault in faults] == [
        "line.toml, line 2",
        "line.toml, line 3",
        "line.toml, line 5",
    ]
    assert "did you mean `speed_m_s`?" in faults[0]
    assert "3 things in line.toml are wrong" in last


def test_what_would_stop_the_line_is_wrong_too_and_no_secret_is_shown(tmp_path):
    (tmp_path / "line.toml").write_text(
        '[camera]\nsource = "rtsp://me:${env:CAMERA_PASSWORD}@camera/1"\n'
        '[mqtt]\nhost = "b"\nuser = "u"\npassword_env = "MQTT_PASSWORD"\n'
        '[[disposition]]\nclass = "dent"\naction = "hold"\n'
    )
    secrets = {"CAMERA_PASSWORD": "s3cret", "MQTT_PASSWORD": "hush"}
    done = millsight("config", "check", "line.toml", cwd=tmp_path, env={**os.environ, **secrets})
    assert done.returncode == 14, done.stderr
    assert "'dent', which the bundle does not know" in done.stderr
    assert "a stream: rtsp://camera/1." in done.stdout
    for secret in secrets.values():
        assert secret not in done.stdout + done.stderr


def test_run_refuses_a_wrong_file_with_its_line(tmp_path):
    (tmp_path / "line.toml").write_text("[line]\nspeed_m_s = 0\n")
    done = millsight("run", "--config", "line.toml", "--frames", 1, cwd=tmp_path)
    assert done.returncode == 14
    assert "line.toml, line 2: `speed_m_s` in [line] must be greater than 0, not 0" in done.stderr
    gone = millsight("run", "--config", "none.toml", cwd=tmp_path)
    assert gone.returncode == 4 and "millsight config example > none.toml" in gone.stderr
