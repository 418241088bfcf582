"""Prometheus's kinds of figures, under millsight's name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prometheus_client.core import (
        CounterMetricFamily,
        GaugeMetricFamily,
        HistogramMetricFamily,
    )

    from edge.core.latency_histogram import Latencies

_BOUNDS_MS = (1, 2, 4, 6, 8, 10, 12.8, 16, 20, 25.6, 32, 40, 51.2, 64, 100, 200, 500, 1000, 2000)
"""Among them the periods of 256 lines at 0.5 mm for 10, 5 and 2.5 m/s."""

Values = Iterable[tuple[tuple[str, ...], float]]
"""The labels' values and the figure, for each; a family without labels has one at ``()``."""


def gauge(name: str, text: str, values: Values, *labels: str) -> GaugeMetricFamily:
    """What goes up and down."""
    from prometheus_client.core import GaugeMetricFamily

    family = GaugeMetricFamily(f"millsight_{name}", text, labels=labels)
    for key, value in values:
        family.add_metric(key, value)
    return family


def counter(name: str, text: str, values: Values, *labels: str) -> CounterMetricFamily:
    """What only grows; it ends in ``_total``."""
    from prometheus_client.core import CounterMetricFamily

    family = CounterMetricFamily(f"millsight_{name}", text, labels=labels)
    for key, value in values:
        family.add_metric(key, value)
    return family


def histogram(name: str, text: str, latencies: Latencies) -> HistogramMetricFamily:
    """Latencies in seconds, in buckets whose bounds hold within 1.1 %."""
    from prometheus_client.core import HistogramMetricFamily

    counts = latencies.within(_BOUNDS_MS)
    buckets = [(f"{ms / 1e3:g}", count) for ms, count in zip(_BOUNDS_MS, counts, strict=True)]
    # What comes in between the two readings must not make a bucket larger than all.
    total = max(latencies.count, *counts)
    family = HistogramMetricFamily(f"millsight_{name}", text)
    family.add_metric([], [*buckets, ("+Inf", total)], latencies.sum_ms / 1e3)
    return family
