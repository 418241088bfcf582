from __future__ import annotations

import json

from train.regions.card import RunCard, tool_versions, write_card
from train.regions.card_page import as_markdown
from train.regions.finished import read_run


def card() -> RunCard:
    val = {"n": 10, "accuracy": 0.9, "accuracy_interval": [0.6, 0.98], "auroc": None}
    holdout = {**val, "n": 9, "auroc": 0.75, "auroc_interval": [0.5, 1.0]}
    return RunCard(
        format=1,
        task="binary",
        network="compact",
        about="depthwise",
        parameters=1234,
        classes=["pit"],
        outputs=["none", "defect"],
        activation="softmax",
        geometry={"region": [200, 128], "input": [256, 256]},
        seed=7,
        epochs=3,
        weights="weights of epoch 2, best on val",
        command="millsight train binary --data d",
        recipe={},
        data={
            "name": "mill",
            "source": "a mill",
            "terms": "ours",
            "digest": "d" * 64,
            "split_digest": "e" * 64,
            "splits": {"train": 80, "val": 10},
        },
        versions=tool_versions(),
        figures={"val": {**val, "auroc_interval": None}, "holdout": holdout},
        holdout_openings=[{"by": "millsight train binary", "when": "2025-01-01T00:00:59+00:00"}],
        started="2025-01-01T00:00:00+00:00",
        finished="2025-01-01T00:01:00+00:00",
        seconds=60.0,
    )


def test_what_is_written_is_read_again(tmp_path):
    write_card(tmp_path, card(), as_markdown(card()))
    (tmp_path / "model.keras").touch()
    assert read_run(tmp_path).card == card()


def test_the_file_has_every_key(tmp_path):
    write_card(tmp_path, card(), "")
    written = json.loads((tmp_path / "card.json").read_text())
    assert set(written) == {
        *("format", "task", "network", "about", "parameters", "classes", "outputs", "activation"),
        *("geometry", "seed", "epochs", "weights", "command", "recipe", "first_weights"),
        *("teachers", "data", "versions", "figures", "holdout_openings", "started", "finished"),
        "seconds",
    }
    assert written["geometry"] == {"region": [200, 128], "input": [256, 256]}
    assert written["data"]["also"] == written["data"]["also_digests"] == []
    assert written["figures"]["val"]["auroc"] is None
    assert written["first_weights"] is None


def test_a_card_of_before_that_says_less_is_read(tmp_path):
    write_card(tmp_path, card(), "")
    path = tmp_path / "card.json"
    written = json.loads(path.read_text())
    for key in ("about", "recipe", "teachers", "first_weights", "seed", "started", "seconds"):
        del written[key]
    del written["data"]["also"], written["figures"]["val"]["auroc_interval"]
    path.write_text(json.dumps(written))
    (tmp_path / "model.keras").touch()
    assert read_run(tmp_path).card.outputs == ("none", "defect")


def test_the_page_tells_what_a_reader_needs():
    page = as_markdown(card())
    for part in (
        "200×128",
        "256×256",
        "80 train, 10 val",
        "d" * 64,
        "e" * 64,
        "seed 7",
        "| val | 10 | 0.9000 | 0.6000–0.9800 | – | – |",
        "| holdout | 9 | 0.9000 | 0.6000–0.9800 | 0.7500 | 0.5000–1.0000 |",
        "Holdout opened 2025-01-01T00:00:59+00:00 by `millsight train binary`",
        "millsight train binary --data d",
    ):
        assert part in page


def test_versions_name_what_trains():
    assert {"python", "keras", "tensorflow", "numpy", "opencv"} <= set(tool_versions())
