"""A line as the configuration says: what it is made of, and that it runs."""

from __future__ import annotations

import json
import sqlite3

import cv2
import numpy as np
import pytest

from edge.app.assembly import (
    assembled,
    device_of,
    open_configured,
)
from edge.cameras.simulated import SimulatedCamera
from edge.config import Config, overlaid, read
from edge.core.errors import (
    ConfigError,
    EngineError,
    MissingPathError,
)
from edge.service.control_socket import (
    NAME,
    Control,
    command,
)


@pytest.fixture
def folder(tmp_path):
    frames = tmp_path / "frames"
    frames.mkdir()
    for number in range(3):
        cv2.imwrite(str(frames / f"{number}.png"), np.full((256, 1600), 90, np.uint8))
    return tmp_path


def config(folder, text=""):
    path = folder / "c.toml"
    path.write_text(f'[camera]\nsource = "{folder}/frames"\n{text}')
    return read(path)


def test_the_defaults_are_the_simulated_line():
    with assembled(Config(), print) as assembly:
        assert isinstance(assembly.camera, SimulatedCamera)
        assert assembly.camera.speed_m_s == 5.0
        assert assembly.bundle.manifest.name == "simulated"
        assert assembly.watched is not None
        assert assembly.line.tracker.coil == ""


def test_all_of_it_runs(folder):
    text = f"""
[line]
mm_per_px = 0.4
[coil]
name = "A-1"
[bundle]
file = "simulated"
[ledger]
path = "{folder}/l.sqlite"
[jsonl]
path = "{folder}/f.jsonl"
[csv]
path = "{folder}/d.csv"
"""
    with assembled(config(folder, text), print) as assembly:
        assembly.line.run(watch=assembly.outputs.health.watch)
        assert assembly.watched is None
    rows = [json.loads(row) for row in (folder / "f.jsonl").read_text().splitlines()]
    assert [row["coil"] for row in rows] == ["A-1"] * 3
    assert rows[2]["position_mm"] == pytest.approx(2 * 256 * 0.4)
    with sqlite3.connect(folder / "l.sqlite") as ledger:
        assert ledger.execute("SELECT camera, bundle FROM runs").fetchall() == [
            (f"{folder}/frames", "simulated")
        ]


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        ('[bundle]\nfile = "no.millsight"', MissingPathError, "no.millsight"),
        ('[bundle]\nengine = "abacus"', EngineError, "abacus"),
        ('[[disposition]]\nclass = "dent"\naction = "hold"', ConfigError, "dent"),
    ],
)
def test_what_does_not_fit_is_refused_before_the_camera_is_opened(folder, text, error, says):
    path = folder / "c.toml"
    path.write_text(f'[camera]\nsource = "/no/such/folder"\n{text}')
    with pytest.raises(error, match=says), assembled(read(path), print):
        pass


def test_commands_reach_it_where_there_is_a_state_folder(folder):
    given = overlaid(config(folder), {"bundle": {"state": folder}})
    with assembled(given, print):
        assert (folder / NAME).is_socket()
        command(folder, {"begin": "B-2"})
    assert not (folder / NAME).exists()
    elsewhere = folder / "none"
    with assembled(overlaid(given, {"bundle": {"state": elsewhere}}), print):
        assert not elsewhere.exists()


def test_a_second_line_runs_and_says_that_commands_go_to_the_first(folder):
    given = overlaid(config(folder), {"bundle": {"state": folder}})
    first, said = Control(folder, lambda name: None), []
    with assembled(given, said.append) as assembly:
        assembly.line.run()
    first.close()
    assert assembly.line.summary()["frames"] == 3
    assert len(said) == 1 and "another line listens" in said[0]


def test_the_device_is_as_configured(tmp_path, monkeypatch):
    monkeypatch.setenv("MILLSIGHT_STATE", str(tmp_path))
    assert device_of(Config().bundle).state == tmp_path
    given = overlaid(Config(), {"bundle": {"state": tmp_path / "x", "allow_unsigned": True}})
    assert device_of(given.bundle).state == tmp_path / "x"
    assert device_of(given.bundle).allow_unsigned
    assert open_configured(given.bundle, print).manifest.name == "simulated"
