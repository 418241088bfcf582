"""No name, whatever its bytes, and no encoding ends a command in a traceback or reaches a terminal
raw."""

from __future__ import annotations

import json
import os
import unicodedata
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.edge.cli.outputs import millsight

NAMES = {
    "latin-1": os.fsdecode(b"Stra\xdfe"),
    "half a character": os.fsdecode(b"\xe2\x82"),
    "a line of its own": "a\nmillsight: all is well",
    "a carriage return": "a\rclean",
    "escapes": "\x1b[2J\x1b]52;c;ZXZpbA==\x07x",
    "8-bit escapes": "\x9b31m\x9d0;title\x9c",
    "right to left": "\u202egpj.elif\u2066x",
    "invisible": "a\u200bb\u2028c\ufeff",
    "markup": "[red]x [link=evil.example]y :bomb: [bold",
    "composed": unicodedata.normalize("NFC", "Café"),
    "decomposed": unicodedata.normalize("NFD", "Café"),
    "a leading dash": "-rf",
    "a formula": "=cmd|calc!A0",
    "quotes": "a'b\"c\\d",
    "as long as a name can be": "n" * 251,
}
ENCODINGS = ("utf-8", "ascii", "latin-1")


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of pictures under every name."""
    folder = tmp_path_factory.mktemp("frames")
    rng = np.random.default_rng(1)
    data = cv2.imencode(".png", rng.normal(110, 6, (128, 400)).clip(0, 255).astype(np.uint8))[1]
    for name in NAMES.values():
        (folder / f"{name}.png").write_bytes(data.tobytes())
    return folder


@pytest.fixture(scope="module")
def ledger(frames: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger of a run over them, under a coil's name that is no UTF-8 either."""
    folder = tmp_path_factory.mktemp("run")
    path = folder / os.fsdecode(b"l\xe4ge.sqlite")
    said = millsight(
        *("run", "--camera", frames, "--coil", "\x1b[2J" + NAMES["latin-1"], "--ledger", path),
        *("--jsonl", folder / "j", "--summary", folder / "s", "--pictures", folder / "p"),
        encoding="ascii",
    )
    assert said.code == 0, said.text
    assert not said.unprintable
    rows = [json.loads(line) for line in (folder / "j").read_bytes().splitlines()]
    assert len({row["source"] for row in rows}) == len(NAMES)
    json.loads((folder / "s").read_bytes())
    return path


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_frames_of_any_name_are_inspected_and_drawn(
    encoding: str, frames: Path, tmp_path: Path
) -> None:
    said = millsight("inspect", "--pictures", tmp_path / "out", frames, encoding=encoding)
    assert said.code == 0, said.text
    assert not said.unprintable
    lines = said.out.decode(encoding).splitlines()
    assert len(set(lines)) == len(lines) == len(NAMES)
    assert len(list((tmp_path / "out").iterdir())) == len(NAMES)


def test_names_that_look_alike_are_told_apart(frames: Path) -> None:
    text = millsight("inspect", frames).text
    assert "Café.png" in text
    assert "Cafe\\u0301.png" in text


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_name_that_is_not_there_is_said_on_one_line(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    for words in (
        ("inspect", path),
        ("bundle", "show", path),
        ("bundle", "verify", "--", path),
        ("bundle", "install", "--", path),
        ("config", "check", path),
        ("run", "--config", path),
        ("run", "--camera", path),
        ("doctor", "--config", path, "--seconds", "0.1", "--bundle", path),
        ("ledger", "check", "--ledger", path),
        ("ledger", "coil", "--ledger", path, "--", name),
        ("evaluate", "--data", path, "--bundle", path),
        ("data", "check", path),
    ):
        said = millsight(*words, encoding="ascii")
        assert said.code not in {0, 1}, (words, said.text)
        assert not said.unprintable, words


COMMANDS = (
    ("--help",),
    ("--version",),
    *(
        (name, "--help")
        for name in ("run", "inspect", "bench", "tune", "doctor", "service", "coil")
    ),
    *((name, "--help") for name in ("bundle", "ledger", "config", "data", "train", "evaluate")),
    ("export", "--help"),
    ("recipe", "--help"),
    ("bundle", "show", "simulated"),
    ("bundle", "show", "cold-strip"),
    ("bundle", "show", "simulated", "--format", "json"),
    ("bundle", "verify", "simulated"),
    ("bundle", "list"),
    ("tune", "--show", "--bundle", "simulated"),
    ("config", "example"),
    ("service", "install", "--print"),
    ("coil", "begin", "Stra\udcdfe"),
    ("run", "--frames", "4", "--defect-rate", "1"),
)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_command_speaks_every_encoding(
    words: tuple[str, ...], encoding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MILLSIGHT_STATE", str(tmp_path))
    said = millsight(*words, encoding=encoding)
    assert said.code in {0, 2, 21}, said.text
    assert said.text.strip()


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(
    "words",
    [
        ("check",),
        ("check", "--format", "json"),
        ("coils",),
        ("coils", "--format", "json"),
        ("query",),
        *(("query", "--rows", rows) for rows in ("stretches", "events", "coils", "runs")),
        *(("query", "--rows", "events", "--format", kind) for kind in ("json", "jsonl", "csv")),
        *(("export", "--format", kind) for kind in ("jsonl", "csv", "coco")),
    ],
    ids=" ".join,
)
def test_a_ledger_of_such_names_is_read(
    words: tuple[str, ...], encoding: str, ledger: Path
) -> None:
    said = millsight("ledger", *words, "--ledger", ledger, encoding=encoding)
    assert said.code == 0, said.text
    assert not said.err.count(b"\x1b") and b"\x1b" not in said.out


def test_a_coil_of_such_a_name_is_graded_and_mapped(ledger: Path, tmp_path: Path) -> None:
    (coil,) = json.loads(millsight("ledger", "coils", "--format", "json", "--ledger", ledger).out)
    said = millsight(
        *("ledger", "coil", "--ledger", ledger, "--map", tmp_path / "m.png", "--", coil["coil"]),
        encoding="ascii",
    )
    assert said.code == 0, said.text
    assert not said.unprintable
    assert cv2.imread(str(tmp_path / "m.png")) is not None


def test_an_export_makes_the_folder_that_it_goes_into(ledger: Path, tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "rows.csv"
    assert (
        millsight("ledger", "export", "--format", "csv", "--out", path, "--ledger", ledger).code
        == 0
    )
    assert path.is_file()
