from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from edge.core.errors import MillsightError
from edge.core.images import write_image
from tests.train.conftest import closed_folder
from tests.train.data.build import SQUARE, annotation, coco, image, noise, severstal
from tests.train.data.foreign import exports
from tests.train.data.surface import surface
from train.cli.data import data
from train.data.splits import read_splits

NAMES = tuple(f"{i}.jpg" for i in range(10))
ROWS = "ImageId,ClassId,EncodedPixels\n" + "".join(f"{n},3,{SQUARE}\n" for n in NAMES[:5])


def call(*arguments: object) -> Result:
    return CliRunner().invoke(data, [str(a) for a in arguments])


def failure(result: Result) -> MillsightError:
    assert isinstance(result.exception, MillsightError), result.exception
    return result.exception


@pytest.mark.parametrize("command", ["check", "eda", "simulate", "split", "fetch", "convert"])
def test_every_option_is_explained(command: str) -> None:
    for option in data.commands[command].params:
        assert not isinstance(option, click.Option) or option.help, option.name
    assert call(command, "--help").exit_code == 0


def test_check_prints_json_alone(tmp_path: Path) -> None:
    root = severstal(tmp_path, ROWS, NAMES, tests=2)
    result = call("check", root, "--format", "json")
    report = json.loads(result.stdout)
    assert result.exit_code == 0
    assert (report["ok"], report["images"], report["clean"], report["unlabelled"]) == (
        True,
        10,
        5,
        2,
    )
    assert report["by_number_of_classes"] == {"0": 5, "1": 5}


def test_check_lists_errors_and_fails(tmp_path: Path) -> None:
    root = severstal(tmp_path, ROWS + "9.jpg,3,409600 2\n", NAMES)
    (root / "train_images" / "7.jpg").write_bytes(b"")
    for form in ("table", "json"):
        result = call("check", root, "--format", form)
        assert failure(result).exit_code == 8
        assert failure(result).what.endswith("has 2 errors")
        assert "7.jpg is empty" in result.stdout
        assert "line 7 (9.jpg, class 3)" in result.stdout
    assert len(json.loads(result.stdout)["findings"]) == 2


def test_check_says_that_a_sound_folder_is_sound(tmp_path: Path) -> None:
    result = call("check", coco(tmp_path, {"val": ([image(1)], [annotation(1, 1)])}))
    assert result.exit_code == 0
    assert "is sound" in result.stdout
    assert "class pit" in result.stdout


@pytest.mark.parametrize("command", ["check", "split", "eda"])
def test_a_missing_folder_is_named(tmp_path: Path, command: str) -> None:
    out = ["--out", tmp_path / "out"] if command == "eda" else []
    error = failure(call(command, tmp_path / "missing", *out))
    assert error.exit_code == 4
    assert "missing" in error.what
    assert list(tmp_path.iterdir()) == []


def test_simulate_then_check_then_explore(tmp_path: Path) -> None:
    root = tmp_path / "sim"
    made = call("simulate", root, "--frames", 4, "--seed", 5, "--defect-rate", 1)
    assert made.exit_code == 0, made.exception
    assert "4 simulated frames" in made.stdout
    assert call("check", root).exit_code == 0
    assert call("eda", root, "--out", tmp_path / "eda", "--examples", 1).exit_code == 0
    assert (tmp_path / "eda" / "report.html").stat().st_size > 50_000
    assert not (root / "splits.csv").exists()


def test_split_writes_once_and_on_request(tmp_path: Path) -> None:
    root = severstal(tmp_path, ROWS, NAMES)
    first = call("split", root, "--shares", "train=0.8,test=0.2", "--seed", 3)
    assert first.exit_code == 0, first.exception
    places = read_splits(root / "splits.csv")
    assert Counter(p.split for p in places.values()) == {"train": 8, "test": 2}
    assert failure(call("split", root)).exit_code == 5
    assert read_splits(root / "splits.csv") == places
    assert call("split", root, "--force").exit_code == 0
    assert read_splits(root / "splits.csv") != places


def test_split_joins_near_duplicates(tmp_path: Path) -> None:
    root = severstal(tmp_path, ROWS, NAMES, tests=1)
    # 256 random bits lie far more than 64 apart, so only the copy joins.
    original = (root / "train_images" / "0.jpg").read_bytes()
    (root / "train_images" / "9.jpg").write_bytes(original + b"\xff\xd9")
    out = tmp_path / "new" / "splits.csv"
    assert call("split", root, "--near-duplicates", 4, "--out", out).exit_code == 0
    groups = {name: place.group for name, place in read_splits(out).items()}
    assert groups["9.jpg"] == groups["0.jpg"] == "0"
    assert len(set(groups.values())) == 9


@pytest.mark.parametrize(
    "words",
    [("split", "{root}", "--seed", -1), ("eda", "{root}", "--out", "{out}", "--seed", -1)],
)
def test_a_seed_is_not_negative(tmp_path: Path, words: tuple[object, ...]) -> None:
    places = {"root": tmp_path, "out": tmp_path / "out"}
    result = call(*(str(word).format(**places) for word in words))
    assert result.exit_code == 2
    assert "--seed" in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a [v2]", "[/o]" + 30 * "long "])
def test_folders_are_printed_as_they_are_called_on_one_line(tmp_path: Path, name: str) -> None:
    root = severstal(tmp_path / name, ROWS, NAMES)
    assert f"{root} is sound\n" in call("check", root).stdout
    assert f"Written: {root / 'splits.csv'}\n" in call("split", root).stdout
    explored = call("eda", root, "--out", root / "eda", "--examples", 0)
    assert f"explored: {root / 'eda' / 'report.html'}\n" in explored.stdout
    assert f"10 images: {root / 'coco'}\n" in call("convert", root, root / "coco").stdout
    made = call("simulate", root / "sim", "--frames", 1)
    assert f"1 simulated frames: {root / 'sim'}\n" in made.stdout


def test_a_place_that_may_not_be_looked_into_is_named(open_path: Path) -> None:
    root = severstal(open_path / "data", ROWS, NAMES)
    closed = open_path / "closed"
    closed.mkdir()
    with closed_folder(closed):
        for words in (
            ("check", closed / "data"),
            ("eda", closed / "data", "--out", open_path / "eda"),
            ("split", root, "--out", closed / "splits.csv"),
            ("convert", root, closed / "coco"),
            ("simulate", closed / "sim", "--frames", 1),
        ):
            assert "Permission denied" in failure(call(*words)).what
    assert sorted(p.name for p in open_path.iterdir()) == ["closed", "data"]


def test_convert_writes_coco(tmp_path: Path) -> None:
    root = severstal(tmp_path / "in", ROWS, NAMES)
    assert call("convert", root, tmp_path / "out").exit_code == 0
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        "images",
        "instances_holdout.json",
        "instances_train.json",
        "instances_val.json",
    ]
    assert failure(call("convert", root, tmp_path / "out")).exit_code == 5


def windows(root: Path) -> Path:
    """A single COCO file of ten strips, each seen through two windows that overlap."""
    images = [image(n, width=400, height=128) for n in range(1, 21)]
    marks = [annotation(n, n) for n in range(1, 11)]
    coco(root, {"default": (images, marks)}, draw=False)
    for number in range(1, 21):
        strip = surface(128, 600, (number - 1) // 2)
        left = 200 * (number % 2)
        write_image(root / "images" / f"{number}.png", strip[:, left : left + 400])
    return root


def test_split_joins_what_shares_surface_unless_told_otherwise(tmp_path: Path) -> None:
    root = windows(tmp_path)
    assert "10 groups dealt" in call("split", root).stdout
    places = read_splits(root / "splits.csv")
    assert all(places[f"{n}.png"] == places[f"{n + 1}.png"] for n in range(1, 21, 2))
    assert call("check", root).exit_code == 0
    assert "20 groups dealt" in call("split", root, "--identical-only", "--force").stdout
    assert "share surface with" in call("check", root).stdout
    assert failure(call("check", root)).exit_code == 8
    assert call("check", root, "--no-near-duplicates").exit_code == 0


def test_convert_merges_and_renames_classes(tmp_path: Path) -> None:
    marks = [annotation(1, 1, 1), annotation(2, 1, 4), annotation(3, 2, 1, iscrowd=1)]
    root = coco(tmp_path / "in", {"val": ([image(1), image(2)], marks)})
    out = tmp_path / "out"
    assert call("convert", root, out, "--map", "pit=hole", "--map", "dent=hole").exit_code == 0
    document = json.loads((out / "instances_val.json").read_text())
    assert document["categories"] == [{"id": 1, "name": "hole"}]
    assert [a["iscrowd"] for a in document["annotations"]] == [0, 0, 1]
    assert call("check", out).exit_code == 0
    assert not (root / "splits.csv").exists()


def test_convert_reads_other_tools_exports(tmp_path: Path) -> None:
    exports.write_labelme(tmp_path / "in")
    result = call("convert", tmp_path / "in", tmp_path / "out", "--from", "labelme")
    assert f"2 images: {tmp_path / 'out'}" in result.stdout
    shutil.rmtree(tmp_path / "in")
    assert call("check", tmp_path / "out").exit_code == 0


def test_class_folders_are_checked_explored_split_and_converted(tmp_path: Path) -> None:
    root = tmp_path / "in"
    for place, name in enumerate(("pit", "dent", "good")):
        (root / name).mkdir(parents=True)
        for number in range(6):
            write_image(root / name / f"{number}.png", noise(64, 64, 10 * place + number))
    checked = call("check", root)
    assert checked.exit_code == 0, checked.exception
    assert "class pit" in checked.stdout
    assert call("eda", root, "--out", tmp_path / "eda").exit_code == 0
    assert call("split", root).exit_code == 0
    assert "pit/0.png" in read_splits(root / "splits.csv")
    assert call("convert", root, tmp_path / "out").exit_code == 0
    again = json.loads(call("check", tmp_path / "out", "--format", "json").stdout)
    assert (again["images"], again["clean"]) == (18, 6)


def test_text_of_files_cannot_steer_the_terminal(tmp_path: Path) -> None:
    root = coco(tmp_path, {"val": ([image(1)], [annotation(1, 1)])})
    document = json.loads((root / "instances_val.json").read_text())
    document["categories"][0]["name"] = "pit\x1b[2J\ud800"
    document["annotations"].append(
        annotation(2, 1, category=9) | {"category_id": "\x1b]52;c;x\x07"}
    )
    (root / "instances_val.json").write_text(json.dumps(document))
    said = call("check", root).stdout
    assert "\x1b" not in said and "\x07" not in said
    assert "class pit\\x1b[2J\\ud800" in said
