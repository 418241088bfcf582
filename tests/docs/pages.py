"""The documents of the project, as text and as lines of code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
BESIDE = (
    *("README.md", "CONTRIBUTING.md", "CHANGELOG.md"),
    *("benchmarks/FIGURES.md", "benchmarks/peers/README.md"),
)
"""Documents outside ``docs/``, which the site shows too."""

_FENCE = re.compile(r"^(```|~~~).*?^\1[^\S\n]*$", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"(?:(?<=\n\n)|\A)(?: {4}.*\n|\n(?= {4}))+")


def documents() -> list[Path]:
    """Every Markdown document of the project."""
    return sorted([*(ROOT / name for name in BESIDE), *DOCS.rglob("*.md")])


def read(path: Path) -> str:
    """A file's text; the documents are UTF-8 whatever the locale."""
    return path.read_text(encoding="utf-8")


def named(path: Path) -> str:
    """A document's name in messages and as a test's id."""
    return path.relative_to(ROOT).as_posix()


def prose(text: str) -> str:
    """A document without its blocks of code."""
    return _INDENTED.sub("\n", _FENCE.sub("", text))


def code_blocks(text: str) -> Iterator[str]:
    """A document's blocks of code, fenced or indented."""
    for fenced in _FENCE.finditer(text):
        yield fenced[0].partition("\n")[2].rpartition("\n")[0]
    for indented in _INDENTED.finditer(_FENCE.sub("", text)):
        yield re.sub(r"^ {4}", "", indented[0], flags=re.MULTILINE)


def slug(heading: str) -> str:
    """A heading's anchor, as GitHub makes it; the site is set to make the same."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def anchors(path: Path) -> set[str]:
    """The anchors of a document's headings."""
    headings = re.findall(r"^#{1,6} (.+?)\s*$", prose(read(path)), re.MULTILINE)
    return {slug(re.sub(r"\[([^]]+)\]\([^)]*\)", r"\1", heading)) for heading in headings}
