"""`millsight inspect`: a line for each frame, whatever the frame is."""

from __future__ import annotations

import json
import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.edge.cli.test_run import millsight


@pytest.fixture
def frames(tmp_path):
    folder = tmp_path / "frames"
    folder.mkdir()
    for number in range(2):
        cv2.imwrite(str(folder / f"{number}.png"), np.full((256, 1600), 90, np.uint8))
    return folder


def test_jsonl_has_the_documented_keys_and_nothing_else_on_stdout(frames):
    done = millsight("inspect", frames, "--format", "jsonl")
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["source"] for row in rows] == [str(frames / "0.png"), str(frames / "1.png")]
    for row in rows:
        assert {"source", "frame", "level", "defect_score", "class_scores", "defects"} <= set(row)
        assert row["level"] == "full"
        assert 0 <= row["defect_score"] <= 1
        assert {"preprocess", "gate"} <= set(row["stages_ms"])


def test_what_cannot_be_inspected_is_said_and_the_rest_is_done(frames):
    colour = np.zeros((256, 1600, 3), np.uint8)
    colour[:, :800, 2] = 200
    cv2.imwrite(str(frames / "2.png"), colour)
    cv2.imwrite(str(frames / "3.png"), np.full((31, 33), 90, np.uint8))
    cut = (frames / "0.png").read_bytes()[:100]
    (frames / "4.png").write_bytes(cut)
    rows = millsight("inspect", frames, "--format", "jsonl").stdout.splitlines()
    assert [json.loads(row)["defective"] for row in rows[2:]] == [None] * 3
    done = millsight("inspect", frames)
    assert done.returncode == 6
    lines = done.stdout.splitlines()
    assert len(lines) == 5
    for line, says in zip(lines[2:], ["real colour", "33×31", "cut off"], strict=True):
        assert "NOT INSPECTED" in line and says in line
    assert "3 of 5 frames" in done.stderr


def test_text_a_pipe_and_a_burst_among_the_frames_are_told_and_the_frames_inspected(frames):
    (frames / "notes.txt").write_text("coil 7: hold for rework\n" * 60)
    os.mkfifo(frames / "pipe.png")
    pages = [np.full((256, 1600), level, np.uint8) for level in (90, 95)]
    assert cv2.imwritemulti(str(frames / "burst.tif"), pages)
    done = millsight("inspect", *sorted(frames.iterdir()), "--format", "jsonl")
    assert done.returncode == 6, done.stderr
    rows = [json.loads(row) for row in done.stdout.splitlines()]
    told = {Path(row["source"]).name: (row["level"], row["cause"]) for row in rows}
    unreadable = ("uninspected", "unreadable")
    assert told == {
        "0.png": ("full", None),
        "1.png": ("full", None),
        "burst.tif": unreadable,
        "notes.txt": unreadable,
        "pipe.png": unreadable,
    }


def test_the_limit_of_pixels_is_an_option(frames):
    done = millsight("inspect", frames, "--max-megapixels", "0.4")
    assert done.returncode == 6
    assert "1600×256 pixels by its header; 0.4 million are allowed" in done.stdout


def test_colour_is_converted_where_that_is_allowed(frames):
    colour = np.full((256, 1600, 3), 90, np.uint8)
    colour[:, :800, 2] = 200
    cv2.imwrite(str(frames / "2.png"), colour)
    assert millsight("inspect", frames, "--convert-colour").returncode == 0


def test_pictures_are_drawn_for_every_frame(frames, tmp_path):
    done = millsight("inspect", frames, "--pictures", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "out").glob("*.jpg"))) == 2


def test_real_severstal_frames_go_through(real_data):
    done = millsight("inspect", real_data / "severstal" / "frames", "--format", "jsonl")
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(rows) == 20
    assert {row["level"] for row in rows} == {"full"}
    assert len({row["defect_score"] for row in rows}) > 10
