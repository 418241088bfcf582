"""From maps to proposals: the best places, whatever the network says and in whatever numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from edge.vision.engines.quantized import Quantized
from edge.vision.instances.anchors import STRIDES, Anchors
from edge.vision.instances.boxes import encode, iou
from edge.vision.instances.proposals import propose

HEIGHT, WIDTH = 64, 96
ANCHORS = Anchors((((8.0, 8.0), (4.0, 16.0)), ((24.0, 24.0),), ((48.0, 48.0), (16.0, 64.0))))
COUNT = len(ANCHORS.boxes(HEIGHT, WIDTH))


def split(values: np.ndarray, depth: int, scale: float = 0.0, zero: int = 0) -> list[Quantized]:
    """Values of all anchors as a network gives them, [rows, columns, shapes × depth] of a level."""
    levels, start = [], 0
    for stride, k in zip(STRIDES, ANCHORS.per_level, strict=True):
        shape = (HEIGHT // stride, WIDTH // stride, k * depth)
        end = start + shape[0] * shape[1] * k
        levels.append(Quantized(values[start:end].reshape(shape), scale, zero))
        start = end
    return levels


def proposed(logits, deltas=None, **settings):
    moves = np.zeros((COUNT, 4), np.float32) if deltas is None else deltas
    return propose(split(logits, 1), split(moves, 4), ANCHORS, HEIGHT, WIDTH, **settings)


@pytest.mark.parametrize("anchor", [0, 700, COUNT - 60, COUNT - 1])
def test_the_place_that_stands_out_comes_first_and_moved(anchor):
    wanted = np.float32([[20, 10, 50, 40]])
    logits, deltas = np.full(COUNT, -6, np.float32), np.zeros((COUNT, 4), np.float32)
    logits[anchor] = 3
    deltas[anchor] = encode(ANCHORS.boxes(HEIGHT, WIDTH)[anchor : anchor + 1], wanted)[0]
    boxes, scores = proposed(logits, deltas)
    assert boxes[0] == pytest.approx(wanted[0], abs=0.01)
    assert scores[0] == pytest.approx(1 / (1 + np.exp(-3)))
    assert (np.diff(scores) <= 0).all()


def test_integers_propose_what_their_numbers_do():
    rng = np.random.default_rng(4)
    logits = split(rng.permutation(COUNT).astype(np.int16), 1, 0.002, 900)
    deltas = split(rng.integers(-60, 60, (COUNT, 4), dtype=np.int8), 4, 0.05, 3)
    plain = [[Quantized(level.decoded()) for level in levels] for levels in (logits, deltas)]
    settings = {"limit": 12, "before": 40}
    boxes, scores = propose(logits, deltas, ANCHORS, HEIGHT, WIDTH, **settings)
    others, same = propose(*plain, ANCHORS, HEIGHT, WIDTH, **settings)
    assert len(boxes) == 12
    assert boxes == pytest.approx(others) and scores == pytest.approx(same)


@pytest.mark.parametrize("level", [-128, 0, 127])
@pytest.mark.parametrize("dtype", [np.int8, np.float32])
def test_where_all_places_are_alike_some_are_proposed(level, dtype):
    boxes, scores = proposed(np.full(COUNT, level, dtype), before=30, least=0.0)
    assert 1 <= len(boxes) <= 30 and np.isfinite(scores).all()


@settings(max_examples=30, deadline=None)
@given(
    hnp.arrays(np.float32, COUNT, elements=st.floats(width=32, allow_infinity=False)),
    hnp.arrays(np.float32, (COUNT, 4), elements=st.floats(width=32, allow_infinity=False)),
)
def test_whatever_the_network_says_proposals_lie_in_the_window_apart(logits, deltas):
    boxes, scores = proposed(logits, deltas, limit=8, before=100)
    assert len(boxes) == len(scores) <= 8
    assert np.isfinite(scores).all() and (scores >= 0).all() and (scores <= 1).all()
    assert (boxes[:, :2] >= 0).all() and (boxes[:, 2:] <= (WIDTH, HEIGHT)).all()
    assert (boxes[:, 2:] > boxes[:, :2]).all()
    assert (np.triu(iou(boxes, boxes), 1) <= 0.6 + 1e-5).all()


def test_numbers_that_are_none_propose_nothing():
    assert len(proposed(np.full(COUNT, np.nan, np.float32))[0]) == 0
    logits = np.full(COUNT, np.nan, np.float32)
    logits[5] = 1
    assert proposed(logits)[1] == pytest.approx([1 / (1 + np.exp(-1))])
    assert (
        len(proposed(np.zeros(COUNT, np.float32), np.full((COUNT, 4), np.nan, np.float32))[0]) == 0
    )


def test_a_thousand_candidates_and_a_limit_of_none():
    logits = np.random.default_rng(0).normal(size=COUNT).astype(np.float32)
    boxes, scores = proposed(logits, limit=1000, before=1000, iou=0.9, least=0.0)
    assert 500 < len(boxes) == len(scores) <= 1000
    assert len(proposed(logits, limit=0)[0]) == 0


def test_what_is_likelier_background_is_not_looked_at():
    logits = np.full(COUNT, -0.1, np.float32)
    logits[[3, COUNT - 1]] = 0.0, 2.0
    assert proposed(logits)[1] == pytest.approx([1 / (1 + np.exp(-2)), 0.5])
    assert len(proposed(logits, least=0.0)[0]) > 2
