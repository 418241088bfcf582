"""What a bundle measures drift against: bins, limits, and a whole reference of the toy strips."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from rich.console import Console

from edge.vision.drift_monitor import DriftLevel, DriftMonitor
from edge.vision.engines.base import open_engine
from edge.vision.models.gate import Gate
from edge.vision.preprocess import network_input
from edge.vision.psi import GreyIndex
from export.choose.drift_reference import (
    choose_limits,
    drift_reference,
    grey_edges,
    measure_train,
    score_edges,
)
from export.convert.tflite import quantize
from export.progress import ExportProgress
from export.score.split_scores import read_split
from train.data import open_data
from train.data.tiles import judged_tiles
from train.regions.finished import read_run
from train.regions.items import cut_tiles


@given(arrays(np.float64, 256, elements=st.integers(0, 9).map(float)), st.integers(2, 32))
def test_grey_bins_are_as_equal_as_levels_allow(counts, bins):
    levels = (counts + 0.001) / (counts + 0.001).sum()
    edges = grey_edges(levels, bins)
    assert 1 <= len(edges) < bins
    assert list(edges) == sorted(set(edges)) and edges[0] >= 1 and edges[-1] <= 255
    shares = np.add.reduceat(levels, (0, *edges))
    assert shares.max() < 1 / bins + levels.max() + 1e-9


@pytest.mark.parametrize("level", [0, 7, 255])
def test_frames_of_one_grey_level_have_two_bins(level):
    levels = np.zeros(256)
    levels[level] = 1.0
    assert len(grey_edges(levels)) == 1


@given(st.lists(st.integers(0, 20).map(lambda i: i / 20), min_size=1, max_size=200))
def test_score_edges_lie_between_scores_and_ascend(scores):
    edges = score_edges(np.array(scores))
    assert list(edges) == sorted(set(edges)) and edges[0] >= 0 and edges[-1] <= 1
    if len(set(scores)) > 1:
        assert not set(edges) & set(scores)
        assert min(scores) < edges[0] and edges[-1] < max(scores)


def test_most_scores_at_nought_still_leave_a_bin_for_the_rest():
    assert score_edges(np.array([0.0] * 99 + [1.0])) == (0.5,)


@pytest.mark.parametrize(
    ("index", "watch", "alarm"),
    [
        (lambda shares: np.zeros(len(shares)), 0.1, 0.25),
        (lambda shares: np.full(len(shares), 0.4), 0.4, 0.4),
        (lambda shares: np.linspace(0, 1, len(shares)), 0.99, 0.999),
    ],
)
def test_limits_are_what_windows_exceed_rarely_and_never_below_the_customary(index, watch, alarm):
    limits = choose_limits(
        index, np.full((5, 3), 1 / 3), np.ones(5, np.int64), np.random.default_rng(0)
    )
    assert limits.watch == pytest.approx(watch, abs=2e-3)
    assert limits.alarm == pytest.approx(alarm, abs=2e-3)


def test_long_groups_of_near_duplicates_widen_the_limits():
    rng = np.random.default_rng(0)
    looks = rng.dirichlet(np.ones(8), 60)
    index = GreyIndex(range(10, 80, 10), looks.mean(axis=0))

    def alarm(length):
        lengths = np.full(60, length)
        return choose_limits(index.psi, looks, lengths, np.random.default_rng(0)).alarm

    assert alarm(1) == alarm(4) < alarm(16) < alarm(128)


@pytest.fixture(scope="module")
def measured(strips, runs):
    """The toy gate in int8, its data, and what drift is measured against."""
    run, data = read_run(runs["binary"]), open_data(strips)
    tiles = judged_tiles(data, "train", run.geometry.region)
    inputs = cut_tiles(tiles, len(data.classes), run.geometry).images
    card = run.card
    engine = open_engine(quantize(run.load(), inputs))
    gate = Gate(engine, run.geometry, card.outputs, card.activation)
    return gate, data, reference_of(gate, data)


def reference_of(gate, data):
    """As the export takes it."""
    with ExportProgress(Console(file=io.StringIO())) as progress:
        train, greys = measure_train(data, progress), []
        val = read_split(
            data, "val", [gate.geometry], progress, lambda p: greys.append(train.index.shares(p))
        )
        return drift_reference(train, greys, val, gate.scores(val.inputs[gate.geometry]))


def feed(measured, change):
    gate, data, reference = measured
    monitor = DriftMonitor(reference)
    for _ in range(4):
        for sample in data.of("holdout"):
            pixels = change(sample.read())
            monitor.add(pixels, gate.scores(network_input(pixels, gate.geometry)))
    return monitor


def test_it_is_measured_on_train_and_val(measured):
    _, data, reference = measured
    assert (reference.grey.split, reference.scores.split) == ("train", "val")
    assert reference.grey.n == len({sample.group for sample in data.of("train")})
    assert reference.scores.n == 2 * len(data.of("val"))
    assert 0 < reference.scores.defective_share < 1
    assert reference.grey.limits.watch >= 0.1 and reference.scores.limits.alarm >= 0.25


def test_the_holdout_is_stable_and_a_dying_lamp_is_not(measured):
    assert feed(measured, lambda pixels: pixels).as_json()["alarms"] == 0
    dim = feed(measured, lambda pixels: pixels // 2)
    assert dim.grey.level is DriftLevel.ALARM


def test_the_same_data_give_the_same_reference(measured):
    gate, data, reference = measured
    assert reference_of(gate, data) == reference
