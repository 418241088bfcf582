"""What the kernel says of its clock is believed only of the clock that this program is shown."""

from __future__ import annotations

import time

import pytest

from edge.core import clock_sync


def test_the_kernel_s_seconds_are_found_where_it_can_be_asked():
    told = clock_sync.adjtimex()
    if told is None:
        pytest.skip("this system does not tell")
    assert abs(told[1] - time.time()) < 60


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        (lambda: (0, int(time.time())), True),
        (lambda: (clock_sync.TIME_ERROR, int(time.time())), False),
        (lambda: (0, int(time.time()) - 400 * 86400), False),
        (lambda: None, False),
    ],
    ids=["kept", "not kept", "another clock than the kernel's", "not told"],
)
def test_a_clock_is_kept_where_all_agrees(monkeypatch, told, kept):
    monkeypatch.setattr(clock_sync, "adjtimex", told)
    assert clock_sync.kept_by_time_service() is kept


def test_a_system_that_has_no_boot_number_has_none(monkeypatch, tmp_path):
    monkeypatch.setattr(clock_sync, "_BOOT", tmp_path / "none")
    assert clock_sync.boot() == ""
    (tmp_path / "none").write_text("a-b\n")
    assert clock_sync.boot() == "a-b"
