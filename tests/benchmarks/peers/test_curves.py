"""Both curves in one table."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from benchmarks.peers.curves import main

OURS = """epoch,loss,box_ap50,mask_ap50,seconds
1,2.0,nan,nan,300
2,1.0,0.5,0.4,301
3,0.9,nan,nan,299
4,0.8,0.625,0.5,360
"""
PEER = """epoch,minutes,box_ap50,box_ap
1,9.5,0.1,0.05
2,29.0,0.3,0.1
3,41.0,0.4,0.2
"""


def test_each_row_is_what_was_reached_by_then(tmp_path: Path) -> None:
    (tmp_path / "history.csv").write_text(OURS)
    (tmp_path / "curve.csv").write_text(PEER)
    result = CliRunner().invoke(main, [str(tmp_path), str(tmp_path)])
    rows = [line.split("|")[1:-1] for line in result.output.splitlines()[2:]]
    assert [[cell.strip() for cell in row] for row in rows] == [
        ["10", "–", "–", "0.100", "–"],
        ["20", "0.500", "0.400", "0.100", "–"],
        ["30", "0.625", "0.500", "0.300", "–"],
        ["40", "–", "–", "0.300", "–"],
        ["50", "–", "–", "0.400", "–"],
    ]


def test_a_fit_that_was_trained_on_goes_on_where_it_ended(tmp_path: Path) -> None:
    (tmp_path / "history.csv").write_text(OURS)
    for name, curve in (("first", PEER), ("second", "epoch,minutes,box_ap50\n1,12.5,0.6\n")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "curve.csv").write_text(curve)
    folders = [tmp_path, tmp_path / "first", tmp_path / "second"]
    result = CliRunner().invoke(main, [str(folder) for folder in folders])
    peer = [line.split("|")[4].strip() for line in result.output.splitlines()[2:]]
    assert peer == ["0.100", "0.100", "0.300", "0.300", "0.400", "0.600"]
