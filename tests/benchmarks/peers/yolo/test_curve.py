from __future__ import annotations

import pytest

from benchmarks.peers.yolo.curve import read_curve, write_curve

HEAD = "epoch,time,metrics/mAP50(B),metrics/mAP50-95(B),lr/pg0\n"


def test_a_curve_is_ap_against_minutes(tmp_path):
    table = tmp_path / "results.csv"
    table.write_text(HEAD + "1,90,0.25,0.1,0.01\n2,180.5,0.5,0.2,0.01\n")
    assert read_curve(table) == [
        {"epoch": 1, "minutes": 1.5, "box_ap50": 0.25, "box_ap": 0.1},
        {"epoch": 2, "minutes": pytest.approx(3.008, abs=0.001), "box_ap50": 0.5, "box_ap": 0.2},
    ]
    write_curve(table, tmp_path / "curve.csv")
    assert (tmp_path / "curve.csv").read_text().splitlines()[:2] == [
        "epoch,minutes,box_ap50,box_ap",
        "1,1.5,0.25,0.1",
    ]


@pytest.mark.parametrize("text", ["", HEAD, None])
def test_a_run_that_has_just_begun_has_no_curve(tmp_path, text):
    table = tmp_path / "results.csv"
    if text is not None:
        table.write_text(text)
    assert read_curve(table) == []


def test_a_line_cut_off_by_a_kill_is_left_out(tmp_path):
    table = tmp_path / "results.csv"
    table.write_text(HEAD + "1,90,0.25,0.1,0.01\n2,180")
    assert [row["epoch"] for row in read_curve(table)] == [1]
