"""Files, modules and make's targets that the documents name are there."""

from __future__ import annotations

import re

import pytest

from tests.docs.pages import ROOT, documents, named, read

_PATH = re.compile(r"\b((?:edge|train|export|benchmarks|tests|docs|locks)/[\w./-]*\w/?)")
_MODULE = re.compile(r"python -m ([\w.]+)")
_TARGET = re.compile(r"(?:`|^ {4})make (\w+)", re.MULTILINE)


def missing(text: str) -> list[str]:
    """What a document names in code and is not there."""
    code = re.findall(r"`([^`\n]+)`|^ {4}(.+)$", text, re.MULTILINE)
    lines = [inline or indented for inline, indented in code]
    found = [path for line in lines for path in _PATH.findall(line) if _is_ours(path, line)]
    gone = [path for path in found if not (ROOT / path).exists()]
    for module in _MODULE.findall(text):
        place = ROOT / module.replace(".", "/")
        if module.partition(".")[0] in {"export", "benchmarks"} and not (
            place.with_suffix(".py").is_file() or (place / "__init__.py").is_file()
        ):
            gone.append(module)
    targets = set(re.findall(r"^([\w-]+):", read(ROOT / "Makefile"), re.MULTILINE))
    return gone + [target for target in _TARGET.findall(text) if target not in targets]


def _is_ours(path: str, line: str) -> bool:
    """Whether it is a path of the repository and no example, installed path or environment."""
    at = line.index(path)
    inside = at > 0 and line[at - 1] in "/.~"
    return not inside and "NAME" not in path and "/.venv" not in path and " --out " not in line


@pytest.mark.parametrize("path", documents(), ids=named)
def test_what_is_named_is_there(path):
    assert missing(read(path)) == []


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("see `edge/core/rle.py`, `edge/core/`", []),
        ("see `edge/core/rlee.py`", ["edge/core/rlee.py"]),
        ("run `python -m benchmarks.sock`", ["benchmarks.sock"]),
        ("run `make domo`", ["domo"]),
    ],
)
def test_what_is_gone_is_found(text, gone):
    assert missing(text) == gone
