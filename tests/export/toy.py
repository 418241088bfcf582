"""Finished runs without training: networks whose weights are set by hand, and right."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from edge.core.geometry import Geometry
from edge.core.images import write_image
from export.cli.export import export
from export.progress import ExportProgress
from tests.train.tiny import REGION, cut_items
from train.backend import load_keras
from train.data import open_data
from train.data.digest import data_digest, split_digest
from train.data.sample import Sample
from train.regions.card import tool_versions
from train.regions.split_figures import figures, predict_logits
from train.regions.task import Task, TaskName

GEOMETRY = Geometry(REGION, REGION)
OPENED = "2023-11-01T12:00:00+01:00"
SPLITS = {"train": 12, "val": 40, "holdout": 40}


def patch_network(task: Task) -> Any:
    """A ``keras.Model`` that knows dark and bright patches of ``tests.train.tiny``.

    It averages over 4×4 pixels, takes the brightest and the darkest place, and holds them against
    what noise alone gives.
    """
    keras = load_keras()
    layers = keras.layers
    inputs = keras.Input((REGION[1], REGION[0], 1))
    x = layers.AveragePooling2D(4)(inputs)
    x = layers.Conv2D(2, 1, activation="relu", name="dark_and_bright")(x)
    x = layers.GlobalMaxPooling2D()(x)
    model = keras.Model(inputs, layers.Dense(len(task.outputs), name="logits")(x))
    model.get_layer("dark_and_bright").set_weights(
        [np.array([[[[-1.0, 1.0]]]], np.float32), np.array([1.0, 0.0], np.float32)]
    )
    steep = 30.0
    kernel = {
        "binary": [[0.0, steep], [0.0, steep]],
        "multiclass": [[0.0, steep, 0.0], [0.0, 0.0, steep]],
        "multilabel": [[steep, 0.0], [0.0, steep]],
    }[task.name]
    edges = {
        "binary": [0.0, -1.28 * steep],
        "multiclass": [0.0, -0.7 * steep, -0.7 * steep],
        "multilabel": [-0.7 * steep, -0.7 * steep],
    }[task.name]
    model.get_layer("logits").set_weights([np.array(kernel), np.array(edges)])
    return model


def add_clean_frames(root: Path, count: int) -> None:
    """Give each split of ``tests.train.tiny``'s strips some frames without a defect."""
    rng = np.random.default_rng(1)
    for path in sorted(root.glob("instances_*.json")):
        document = json.loads(path.read_text())
        width, height = (document["images"][0][side] for side in ("width", "height"))
        for i in range(count):
            name = f"clean-{path.stem}-{i}.png"
            pixels = rng.normal(128, 8, (height, width)).clip(0, 255).astype(np.uint8)
            write_image(root / "images" / name, pixels)
            entry = {"id": 1000 + i, "file_name": name, "width": width, "height": height}
            document["images"].append(entry)
        path.write_text(json.dumps(document))


def finished_run(folder: Path, data_root: Path, task_name: TaskName) -> Path:
    """What ``millsight train`` would leave of ``patch_network``."""
    data = open_data(data_root)
    task = Task(task_name, data.classes)
    model = patch_network(task)
    items = {split: cut_items(data, split, GEOMETRY) for split in SPLITS}
    card = {
        "format": 1,
        "task": task_name,
        "network": "patches",
        "parameters": model.count_params(),
        "classes": list(data.classes),
        "outputs": list(task.outputs),
        "activation": task.activation,
        "geometry": {"region": list(REGION), "input": list(REGION)},
        "data": {
            "name": data.name,
            "source": "drawn for tests",
            "terms": "free",
            "digest": data_digest(data.samples),
            "split_digest": split_digest(data.samples),
            "splits": {split: len(cut) for split, cut in items.items()},
        },
        "versions": tool_versions(),
        "holdout_openings": [{"by": f"millsight train {task_name}", "when": OPENED}],
        "figures": {
            split: figures(task, predict_logits(model, cut), cut).model_dump(mode="json")
            for split, cut in items.items()
            if split != "train"
        },
    }
    folder.mkdir(parents=True)
    model.save(folder / "model.keras")
    (folder / "card.json").write_text(json.dumps(card))
    return folder


def arguments(runs: dict[str, Path], strips: Path, out: Path, **more: Any) -> list[str]:
    options = {
        "gate": runs["binary"],
        "classifier": runs["multiclass"],
        "data": strips,
        "name": "patches",
        "description": "Dark and bright patches.",
        "golden": 2,
        "unit": "tile",
        "out": out,
    } | more
    words = []
    for name, value in options.items():
        option = f"--{name.replace('_', '-')}"
        words += [] if value is None else [option] if value is True else [option, str(value)]
    return words


def read_counted(patch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """From now on, the names of the images that are read, by split."""
    seen: dict[str, list[str]] = {split: [] for split in SPLITS}
    read = Sample.read

    def counting(sample: Sample) -> Any:
        seen[sample.split].append(sample.name)
        return read(sample)

    patch.setattr(Sample, "read", counting)
    return seen


class Silent(ExportProgress):
    """Shows nothing."""

    def __init__(self) -> None:
        super().__init__(Console(file=io.StringIO()))


def call(words: list[str]) -> Result:
    result = CliRunner().invoke(export, words, standalone_mode=False)
    if result.exception:
        raise result.exception
    return result
