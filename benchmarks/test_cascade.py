"""The whole cascade from Frame to Inspection on simulated strip."""

from __future__ import annotations

from itertools import cycle


def test_cascade(benchmark, cascade, frames):
    turn = cycle(frames)
    benchmark(lambda: cascade.inspect(next(turn)))
