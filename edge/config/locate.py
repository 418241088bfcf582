"""On which line of a TOML document each key stands: ``tomllib`` does not tell.

It is asked instead: a document is read again line by line, and a key stands where the statement
begins with which it is first there.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

Key = tuple[str | int, ...]
"""Names of tables and keys, and indices of arrays, from the document's root."""


def locate(text: str) -> dict[Key, int]:
    """The line, from 1, of each table, key and element of an array of tables.

    A table is where its header stands, or else the first key that makes it; the elements of a value
    over several lines are where the value begins. The time grows with the square of the number of
    keys: about 0.2 s for 200.

    Args:
        text: A TOML document that ``tomllib`` has read.
    """
    lines: dict[Key, int] = {}
    read, begins = "", 1
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        read += line + "\n"
        between = begins == number and line.lstrip()[:1] in {"", "#"}
        if not between:
            try:
                document = tomllib.loads(read)
            except tomllib.TOMLDecodeError:
                continue  # a value that goes on
            for key in _keys(document):
                lines.setdefault(key, begins)
        begins = number + 1
    return lines


def closest(lines: dict[Key, int], key: Key) -> int:
    """The line of a key, or of the nearest table around it that has one; 1 where none has."""
    while key and key not in lines:
        key = key[:-1]
    return lines.get(key, 1)


def _keys(data: Any, around: Key = ()) -> Iterator[Key]:
    """Keys of all tables and arrays within ``data``."""
    if isinstance(data, dict | list):
        for name, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield (*around, name)
            yield from _keys(value, (*around, name))
