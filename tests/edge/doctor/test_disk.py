"""Room and speed of a disk, as the doctor finds them."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.doctor.disk import disk
from edge.doctor.finding import Severity

OK, WARN, FAIL = Severity.OK, Severity.WARN, Severity.FAIL


def test_a_disk_is_timed_and_left_as_it_was(tmp_path):
    finding = disk("pictures", tmp_path)
    assert finding.check == "disk for pictures"
    assert finding.figures["free_mib"] > 0 and finding.figures["write_mib_s"] > 0
    assert finding.figures["slowest_commit_ms"] > 0
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_will_be_made_is_judged_by_where(tmp_path):
    assert disk("ledger", tmp_path / "a/b").figures["folder"] == str(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_cannot_be_written_fails():
    finding = disk("ledger", Path("/proc/none"))
    assert finding.state is FAIL and "/proc cannot be written" in finding.what


@pytest.mark.parametrize(
    ("free_mib", "commit_s", "state"),
    [(2000, 0.01, OK), (500, 0.01, WARN), (50, 0.01, FAIL), (2000, 0.3, WARN), (500, 1.5, FAIL)],
)
def test_little_room_and_a_slow_disk(tmp_path, monkeypatch, free_mib, commit_s, state):
    from edge.doctor import disk as module

    class Usage:
        free = free_mib * 2**20

    times = iter(range(100))
    monkeypatch.setattr(module.shutil, "disk_usage", lambda path: Usage)
    monkeypatch.setattr(module.time, "perf_counter", lambda: next(times) * commit_s)
    assert disk("ledger", tmp_path).state is state
