"""`millsight bench`: figures with the documented keys that are consistent with one another."""

from __future__ import annotations

import json

from tests.edge.cli.test_run import millsight


def test_the_figures_have_the_documented_keys():
    done = millsight("bench", "--frames", 20, "--format", "json")
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert {"machine", "models", "cascade"} <= set(figures)
    names = [row["model"] for row in figures["models"]]
    assert names[:2] == ["gate", "classifier"]
    assert [name.rpartition(" ")[2] for name in names[2:]] == [
        "400×256",
        "1600×256",
        "head",
        "head",
    ]
    for row in figures["models"]:
        assert {"model", "engine", "precision", "threads", "peak_mib"} <= set(row)
        assert 0 < row["p50"] <= row["p90"] <= row["p99"]
    cascade = figures["cascade"]
    assert 0 < cascade["p50"] <= cascade["p90"] <= cascade["p99"]
    assert 0 < cascade["preprocess_share"] < 1
    assert {"instances", "cascade_outlined"} <= set(figures)


def test_the_table_is_for_people():
    done = millsight("bench", "--frames", 10)
    assert done.returncode == 0, done.stderr
    assert "gate" in done.stdout and "p99" in done.stdout and "Preprocessing is" in done.stdout
