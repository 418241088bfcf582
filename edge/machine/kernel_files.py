"""Reading what the kernel tells of the device in small files."""

from __future__ import annotations

from pathlib import Path

ROOT = Path("/")
"""Where ``proc`` and ``sys`` are; tests give trees of their own."""


def read(path: Path) -> str | None:
    """A file's text without white space and zero bytes around it; None where it has none."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip("\0 \n\t")
    except OSError:
        return None


def number(path: Path, *, base: int = 10) -> int | None:
    """A file that holds one whole number; None where there is none."""
    text = read(path)
    try:
        return None if text is None else int(text, base)
    except ValueError:
        return None


def fields(text: str | None) -> dict[str, str]:
    """Lines ``name: value`` by name; the first where a name comes again, as for each processor."""
    found: dict[str, str] = {}
    for line in (text or "").splitlines():
        name, colon, value = line.partition(":")
        if colon:
            found.setdefault(name.strip(), value.strip())
    return found
