"""The one-file binary runs where there is nothing: no Python, no PATH, no environment, no home.

`make binary` builds it and runs these tests on it.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

BUILT = os.environ.get("MILLSIGHT_BINARY")
LIMIT_MB = 150


@pytest.fixture(scope="module")
def binary():
    """The binary that `make binary` has just built; one that lies there may be of other code."""
    if not BUILT:
        pytest.skip("no binary has just been built: make binary builds and tests one")
    return Path(BUILT).absolute()


@pytest.fixture
def alone(binary, tmp_path):
    """Runs it in an empty folder, away from the source tree, with an empty environment."""
    path = tmp_path / "device/millsight"
    path.parent.mkdir()
    shutil.copy(binary, path)

    def run(*words, **options):
        return subprocess.run(
            [path, *map(str, words)],
            cwd=path.parent,
            env={"TMPDIR": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            **options,
        )

    run.path, run.folder, run.unpacked = path, path.parent, tmp_path
    return run


def test_it_is_small_enough(binary):
    assert binary.stat().st_size < LIMIT_MB * 1e6


def test_it_inspects_a_line_and_leaves_nothing_behind(alone):
    done = alone("run", "--frames", 50, "--summary", "s.json", "--ledger", "ledger.sqlite")
    assert done.returncode == 0, done.stderr
    figures = json.loads((alone.folder / "s.json").read_text())
    assert figures["frames"] == 50 and figures["engine"] == "litert"
    assert [p.name for p in alone.unpacked.iterdir()] == ["device"]


def test_it_inspects_an_image(alone):
    cv2.imwrite(str(alone.folder / "strip.png"), np.full((256, 1600), 90, np.uint8))
    done = alone("inspect", "strip.png", "--format", "jsonl")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["level"] == "full"


def test_its_bundles_give_the_scores_that_they_promise(alone):
    for name in ("simulated", "cold-strip"):
        done = alone("bundle", "verify", name)
        assert done.returncode == 0, done.stderr
        assert "golden scores agree" in done.stderr


def test_it_measures_models_in_processes_of_their_own(alone):
    done = alone("bench", "--frames", 10, "--format", "json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["models"][0]["peak_mib"] > 0


def test_it_knows_its_engines_and_outputs(alone):
    (alone.folder / "c.toml").write_text(
        '[mqtt]\nhost = "broker.example"\n[metrics]\nport = 0\n[ledger]\npath = "l.sqlite"\n'
    )
    done = alone("config", "check", "c.toml")
    assert done.returncode == 0, done.stderr
    asked = alone("doctor", "--seconds", "0.2", "--speed", "0.1", "--format", "json")
    assert asked.returncode in {0, 22}, asked.stderr
    found = {each["check"]: each for each in json.loads(asked.stdout)["findings"]}
    assert "litert" in found["engines"]["figures"]["versions"]


def test_what_it_leaves_out_is_said(alone):
    done = alone("train", "binary")
    assert done.returncode == 3
    assert "not in the one-file binary" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_whole_figures(alone, asked):
    running = subprocess.Popen(
        [alone.path, "run", "--summary", "s.json", "--jsonl", "f.jsonl"],
        cwd=alone.folder,
        env={"TMPDIR": str(alone.unpacked)},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        give_up_at = time.monotonic() + 60
        lines = alone.folder / "f.jsonl"
        while not (lines.exists() and lines.stat().st_size) and time.monotonic() < give_up_at:
            time.sleep(0.1)
        running.send_signal(asked)
        words = running.communicate(timeout=60)[1]
    finally:
        running.kill()
    assert running.returncode == (130 if asked == signal.SIGINT else 0), words
    assert json.loads((alone.folder / "s.json").read_text())["frames"] > 0
    assert [p.name for p in alone.unpacked.iterdir()] == ["device"]
