from __future__ import annotations

import numpy as np

from benchmarks.gate_rates import row, table
from train.evaluate.scored import Scored


def scored():
    """100 defective items that score 0.00 to 0.99, and 100 clean ones that score half as much."""
    gate = np.concatenate([np.arange(100) / 100, np.arange(100) / 200]).astype(np.float32)
    truth = np.repeat([[True], [False]], 100, axis=0)
    groups = np.arange(200).astype(np.str_)
    return Scored(("pit",), groups, truth, gate, gate, None, None, False, gate >= 0.5)


def test_a_row_counts_both_kinds_at_its_threshold():
    told = row("deployed", scored(), 0.25)
    assert told.startswith("| deployed | 100 | 75.00 % (")
    assert "| 100 | 50.00 % (" in told


def test_thresholds_are_set_for_their_recalls():
    head, _, deployed, *others = table(scored(), 0.9).splitlines()
    assert "clean passed on" in head
    assert "| 10.00 % (" in deployed
    assert [line.split("|")[3].split()[0] for line in others] == [
        "95.00",
        "98.00",
        "99.00",
        "100.00",
    ]
