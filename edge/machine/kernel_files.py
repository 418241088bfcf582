"""Reads the small files in which the kernel describes the device."""

from __future__ import annotations

from pathlib import Path

ROOT = Path("/")
"""Folder that holds ``proc`` and ``sys``; tests use their own."""


def read(path: Path) -> str | None:
    """A file's text, stripped of white space and zero bytes; None if it cannot be read."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip("\0 \n\t")
    except OSError:
        return None


def number(path: Path, *, base: int = 10) -> int | None:
    """The integer in a file; None if there is none."""
    text = read(path)
    try:
        return None if text is None else int(text, base)
    except ValueError:
        return None


def fields(text: str | None) -> dict[str, str]:
    """Values of lines ``name: value`` by name. For repeated names, the first value counts."""
    found: dict[str, str] = {}
    for line in (text or "").splitlines():
        name, colon, value = line.partition(":")
        if colon:
            found.setdefault(name.strip(), value.strip())
    return found
