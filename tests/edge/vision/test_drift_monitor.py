"""The drift monitor: its window, its levels, what it announces and what it costs."""

from __future__ import annotations

import json
import time

import numpy as np
import pytest

from edge.bundle.drift_reference import Drift
from edge.vision.drift_monitor import DriftLevel, DriftMonitor
from tests.edge.bundle.samples import fields

WINDOW = 16


def reference(**changes) -> Drift:
    """Grey in three bins (quarter, half, quarter), scores in two, a window of 16 frames."""
    return Drift.model_validate_json(json.dumps(fields()["drift"] | changes))


def like_the_data() -> tuple[np.ndarray, np.ndarray]:
    levels = np.array([50, 120, 120, 200], np.uint8)
    pixels = np.tile(np.repeat(levels, 8), (64, 4))
    return pixels, np.array([0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.9], np.float32)


GREY, SCORES = like_the_data()
DARK = GREY // 3
ALARMED = np.full(8, 0.9, np.float32)


def feed(monitor, frames, pixels=GREY, scores=SCORES):
    messages = []
    for _ in range(frames):
        messages += monitor.add(pixels, scores)
    return messages


def test_frames_like_the_data_are_stable_and_nothing_is_said():
    monitor = DriftMonitor(reference())
    assert feed(monitor, 100) == []
    figures = monitor.as_json()
    assert figures["level"] == figures["grey_level"] == figures["score_level"] == "stable"
    assert figures["grey_psi"] == pytest.approx(0, abs=1e-3)
    assert figures["watches"] == figures["alarms"] == 0
    assert json.loads(json.dumps(figures)) == figures


def test_too_few_frames_are_not_judged():
    monitor = DriftMonitor(reference())
    feed(monitor, WINDOW // 8 - 1, DARK)
    assert monitor.level is None
    assert monitor.as_json()["grey_psi"] is None
    assert "1 of 2 frames needed" in str(monitor)
    feed(monitor, 1, DARK)
    assert monitor.level is DriftLevel.ALARM


def test_an_alarm_is_said_once_with_its_figures_and_what_to_do():
    monitor = DriftMonitor(reference())
    feed(monitor, WINDOW)
    messages = feed(monitor, 4 * WINDOW, DARK)
    assert [text.startswith("ALARM: grey levels") for text in messages] == [False, True]
    assert "begin to differ" in messages[0]
    assert "alarm from 0.25" in messages[1] and "last 16 frames" in messages[1]
    assert "lamp, lens and exposure" in messages[1]
    assert (monitor.grey.watches, monitor.grey.alarms) == (1, 1)
    assert monitor.scores.level is DriftLevel.STABLE


def test_it_says_when_all_is_well_again():
    monitor = DriftMonitor(reference())
    feed(monitor, WINDOW, DARK)
    messages = feed(monitor, 2 * WINDOW)
    assert "alarm of" in messages[0] and "has ended" in messages[0]
    assert "match the training data again" in messages[-1]
    assert len(messages) == 2
    assert monitor.level is DriftLevel.STABLE


def test_scores_alarm_by_themselves():
    monitor = DriftMonitor(reference())
    messages = feed(monitor, 2 * WINDOW, scores=ALARMED)
    assert monitor.as_json()["score_level"] == monitor.level == "alarm"
    assert monitor.as_json()["grey_level"] == "stable"
    assert any("focus" in text for text in messages)


def test_a_level_does_not_flap_about_its_limit():
    """The scores' index passes 0.125, and falls by less than a fifth of that."""
    monitor = DriftMonitor(reference())
    quantity = monitor.scores
    levels = []
    for index in (0.12, 0.13, 0.12, 0.11, 0.13, 0.09, 0.12):
        quantity.index = Said(index)
        quantity.judge(WINDOW, "the last 16 frames")
        levels.append(quantity.level)
    assert levels == ["stable", "watch", "watch", "watch", "watch", "stable", "stable"]
    assert quantity.watches == 1


class Said:
    """An index that is what it is messages to be."""

    def __init__(self, psi):
        self._psi = psi

    def psi(self, shares):
        return self._psi


def test_until_the_window_is_full_the_limits_are_higher():
    few, full = DriftMonitor(reference()), DriftMonitor(reference())
    messages = []
    for monitor, frames in ((few, WINDOW // 2), (full, WINDOW)):
        monitor.scores.index = Said(0.2)
        messages.append(monitor.scores.judge(frames, "so many frames"))
    assert few.scores.level is DriftLevel.STABLE
    assert full.scores.level is DriftLevel.WATCH
    assert messages[0] is None and "watch from 0.12" in messages[1]


def test_the_window_forgets():
    monitor = DriftMonitor(reference())
    feed(monitor, WINDOW, DARK)
    feed(monitor, WINDOW - 1)
    assert monitor.grey.psi > 0.01
    feed(monitor, 1)
    assert monitor.grey.psi == pytest.approx(0, abs=1e-3)


def test_one_frame_in_so_many_is_watched():
    monitor = DriftMonitor(reference(), every=10)
    for number in range(300):
        monitor.add(GREY if number % 10 == 0 else DARK, SCORES)
    assert monitor.as_json()["frames"] == WINDOW
    assert monitor.level is DriftLevel.STABLE
    messages = feed(monitor, 300, DARK)
    assert "16 of the last 160 frames" in messages[-1]


def test_it_does_not_grow():
    monitor = DriftMonitor(reference())
    feed(monitor, 10)
    before = monitor.grey.ring.nbytes + monitor.scores.ring.nbytes
    for _ in range(5000):
        monitor.add(GREY, SCORES)
    assert monitor.grey.ring.nbytes + monitor.scores.ring.nbytes == before
    assert monitor.frames == WINDOW


@pytest.mark.timed
def test_a_wide_frame_costs_little():
    """Some 0.03 ms where nothing else runs; the limit leaves room for a loaded machine."""
    monitor = DriftMonitor(reference(window=128))
    pixels = np.random.default_rng(0).integers(0, 256, (256, 1600), dtype=np.uint8)
    took = []
    for _ in range(200):
        started = time.perf_counter()
        monitor.add(pixels, SCORES)
        took.append(time.perf_counter() - started)
    assert np.median(took) < 1e-3
