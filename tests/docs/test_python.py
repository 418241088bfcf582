"""The Python of docs/python.md and of the README runs as it stands, and prints what they show."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import millsight
from tests.millsight.pictures import defective, write

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs/python.md"
SNIPPET = ROOT / "docs/snippets/readme.py"
BLOCK = re.compile(r"^```(python|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NUMBER = re.compile(r"\d+(?:\.\d+)?")
MARK = "---- block ----"


def run(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    (folder / "page.py").write_text(script, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "page.py"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def without_numbers(text: str) -> str:
    """Scores and boxes differ a little between processors."""
    return NUMBER.sub("0", text).strip()


def test_the_page_runs_in_order_and_prints_what_it_shows(tmp_path: Path) -> None:
    found = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    codes, shown = [], []
    for kind, text in found:
        if kind == "python":
            codes.append(text)
            shown.append("")
        else:
            shown[-1] = text
    assert len(codes) > 10
    done = run("\n".join(f"{code}\nprint({MARK!r})" for code in codes), tmp_path)
    assert done.returncode == 0, done.stderr
    printed = done.stdout.split(MARK)[:-1]
    for code, text, expected in zip(codes, printed, shown, strict=True):
        assert without_numbers(text) == without_numbers(expected), code
    assert (tmp_path / "strip-inspected.jpg").stat().st_size > 10_000


def test_every_public_name_is_in_its_reference() -> None:
    headings = re.findall(r"^### (.*)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    rows = re.findall(r"^\| `(\w+Error)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    named = {*re.findall(r"\w+", " ".join(headings)), *rows}
    assert set(millsight.__all__) <= named


def test_the_page_has_the_exit_code_of_every_error() -> None:
    table = re.findall(r"^\| `(\w+Error)` \| (\d+) \|", PAGE.read_text(encoding="utf-8"), re.M)
    codes = {
        name: getattr(millsight, name).exit_code for name in millsight.__all__ if "Err" in name
    }
    assert {name: int(code) for name, code in table} == codes


def test_the_readmes_lines_say_what_is_on_a_picture(tmp_path: Path) -> None:
    write(tmp_path / "photo.png", defective())
    done = run(SNIPPET.read_text(encoding="utf-8"), tmp_path)
    assert done.returncode == 0, done.stderr
    first, *defects = done.stdout.splitlines()
    assert first.startswith("defective 0.9")
    assert len(defects) == 3 and all(line.startswith("class 4 ") for line in defects)


def test_the_readmes_lines_say_why_there_is_no_result(tmp_path: Path) -> None:
    done = run(SNIPPET.read_text(encoding="utf-8"), tmp_path)
    assert done.returncode == 1
    assert done.stderr.strip() == "not inspected: there is no image photo.png. Check the path"


def test_the_readme_shows_these_lines() -> None:
    blocks = [
        t
        for kind, t in BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8"))
        if kind == "python"
    ]
    if not blocks:
        pytest.skip("the README has no Python")
    assert blocks == [SNIPPET.read_text(encoding="utf-8")]
