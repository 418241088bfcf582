from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from edge.core.errors import DataError, LabelError, MissingExtraError, MissingPathError
from tests.train.data.foreign import exports
from tests.train.data.foreign.exports import DENT, PIT
from train.data.foreign import FOREIGN, open_foreign
from train.data.foreign.datumaro import REQUIREMENT, VARIABLE

OURS: dict[str, Callable[[Path], None]] = {
    "labelme": exports.write_labelme,
    "labelstudio": exports.write_label_studio,
}
BY_DATUMARO: list[tuple[str, Callable[[Path], None]]] = [
    ("yolo", exports.write_yolo),
    ("yolo", exports.write_darknet),
    ("voc", exports.write_voc),
    ("voc", exports.write_labelimg),
    ("cvat", exports.write_cvat),
]


def facts(root: Path, form: str, folder: Path) -> dict[str, tuple[list[str], tuple[float, ...]]]:
    """By the pictures' stems: the classes and the box of what they show."""
    data = open_foreign(root, form, folder)
    return {
        Path(s.name).stem: (
            [data.classes[i.class_index] for i in s.instances],
            tuple(round(v) for v in s.instances[0].box),
        )
        for s in data.samples
    }


WANTED = {"0": (["dent"], DENT), "1": (["pit"], PIT)}


@pytest.mark.parametrize("form", list(OURS))
def test_what_is_read_here_keeps_classes_and_boxes(tmp_path: Path, form: str) -> None:
    OURS[form](tmp_path / "export")
    assert facts(tmp_path / "export", form, tmp_path / "coco") == WANTED


@pytest.mark.parametrize(("form", "write"), BY_DATUMARO, ids=lambda v: getattr(v, "__name__", v))
def test_what_datumaro_reads_keeps_classes_and_boxes(
    tmp_path: Path, form: str, write: Callable[[Path], None]
) -> None:
    if not os.environ.get(VARIABLE):
        pytest.skip(f"{VARIABLE} names no Python that has {REQUIREMENT}")
    write(tmp_path / "export")
    assert facts(tmp_path / "export", form, tmp_path / "coco") == WANTED
    assert open_foreign(tmp_path / "export", form, tmp_path / "again").classes == ("dent", "pit")


@pytest.mark.parametrize("form", list(FOREIGN))
def test_a_missing_folder_is_named(tmp_path: Path, form: str) -> None:
    with pytest.raises(MissingPathError, match="no data folder"):
        open_foreign(tmp_path / "none", form, tmp_path / "coco")


@pytest.mark.parametrize("form", list(OURS))
def test_a_folder_of_something_else_is_refused(tmp_path: Path, form: str) -> None:
    root = tmp_path / "export"
    exports.write_voc(root)
    (root / "about.json").write_text("{}")
    with pytest.raises(DataError, match="holds no"):
        open_foreign(root, form, tmp_path / "coco")


def test_labelme_points_outline_nothing(tmp_path: Path) -> None:
    exports.write_labelme(tmp_path)
    path = tmp_path / "coil" / "1.json"
    content = json.loads(path.read_text())
    content["shapes"][0] |= {"shape_type": "point", "points": [[3, 4]]}
    path.write_text(json.dumps(content))
    with pytest.raises(LabelError, match=r"1\.json: a point of 1 points outlines no defect"):
        open_foreign(tmp_path, "labelme", tmp_path / "coco")


@pytest.mark.parametrize(("form", "file"), [("labelme", "0.png"), ("labelstudio", "1.png")])
def test_a_picture_that_is_not_there_is_named(tmp_path: Path, form: str, file: str) -> None:
    OURS[form](tmp_path / "export")
    next((tmp_path / "export").rglob(file)).unlink()
    with pytest.raises(DataError, match=rf"of a picture that is not there: .*{file}"):
        open_foreign(tmp_path / "export", form, tmp_path / "coco")


def test_of_pictures_of_one_name_the_one_in_the_labelled_folder_counts(tmp_path: Path) -> None:
    """As coils are exported: ``a/1.png`` and ``b/1.png``, with local storage's addresses."""
    root = tmp_path / "export"
    exports.write_label_studio(root)
    file = root / "project-3.json"
    tasks = json.loads(file.read_text())
    for task, coil in zip(tasks, "ba", strict=True):
        (root / coil).mkdir()
        (root / f"{task['id']}.png").rename(root / coil / "7.png")
        task["data"]["image"] = f"/data/local-files/?d=strip/{coil}/7.png"
    file.write_text(json.dumps(tasks))
    data = open_foreign(root, "labelstudio", tmp_path / "coco")
    shown = {s.path.resolve(): data.classes[s.instances[0].class_index] for s in data.samples}
    assert shown == {root / "b" / "7.png": "dent", root / "a" / "7.png": "pit"}

    for task in tasks:
        task["data"]["image"] = "/data/upload/3/7.png"
    file.write_text(json.dumps(tasks))
    with pytest.raises(DataError, match=r"of 7\.png, and there are 2 pictures of that name"):
        open_foreign(root, "labelstudio", tmp_path / "again")


def test_a_task_without_a_picture_is_refused(tmp_path: Path) -> None:
    exports.write_label_studio(tmp_path)
    (tmp_path / "project-3.json").write_text('[{"data": {"text": "x"}, "annotations": []}]')
    with pytest.raises(LabelError, match="a task without a picture"):
        open_foreign(tmp_path, "labelstudio", tmp_path / "coco")


def test_a_name_that_no_file_can_have_is_not_there(tmp_path: Path) -> None:
    root = tmp_path / "export"
    exports.write_labelme(root)
    file = root / "coil" / "0.json"
    content = json.loads(file.read_text())
    file.write_text(json.dumps(content | {"imagePath": "a\0b.png"}))
    with pytest.raises(DataError, match="not there"):
        open_foreign(root, "labelme", tmp_path / "coco")


def stand_in(folder: Path, script: str) -> Path:
    """A program in the place of datumaro's Python."""
    path = folder / "python"
    path.write_text(f"#!{sys.executable}\n{script}")
    path.chmod(0o755)
    return path


def test_datumaros_last_words_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = stand_in(tmp_path, "import sys\nsys.exit('log\\nas voc: no Annotations')")
    monkeypatch.setenv(VARIABLE, str(python))
    with pytest.raises(DataError, match="as voc: no Annotations"):
        open_foreign(tmp_path, "cvat", tmp_path / "coco")


def test_without_the_network_it_says_how_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def offline(words: list[str], **more: object) -> subprocess.CompletedProcess[str]:
        refused = "pip" in words
        return subprocess.CompletedProcess(words, int(refused), "", "ERROR: No matching version\n")

    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(subprocess, "run", offline)
    with pytest.raises(MissingExtraError, match="No matching version") as caught:
        open_foreign(tmp_path, "cvat", tmp_path / "coco")
    assert VARIABLE in caught.value.hint
    assert REQUIREMENT in caught.value.hint
    assert not list((tmp_path / "cache" / "millsight").iterdir())


def test_a_variable_that_names_nothing_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "none"))
    with pytest.raises(MissingExtraError, match="names no program"):
        open_foreign(tmp_path, "yolo", tmp_path / "coco")
