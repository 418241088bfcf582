"""On which line of a TOML document each key stands: ``tomllib`` does not tell."""

from __future__ import annotations

import re
import tomllib

Key = tuple[str | int, ...]
"""Names of tables and keys, and indices of arrays, from the document's root."""

_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}' r"|'''.*?'{3,5}" r'|"(?:\\.|[^"\\])*"' r"|'[^']*'", re.DOTALL
)
_BARE = re.compile(r"[^\s.=\[\]{},#\"']+")
_BLANK = re.compile(r"(?:\s|#[^\n]*)*")
_PLAIN = re.compile(r"[^,\]}\n#]*")


def locate(text: str) -> dict[Key, int]:
    """The line, from 1, of each table, key and element of an array.

    A table is where its header stands, or else the first key that makes it.

    Args:
        text: A TOML document that ``tomllib`` has read.
    """
    return _Scanner(text.replace("\r\n", "\n")).lines()


def closest(lines: dict[Key, int], key: Key) -> int:
    """The line of a key, or of the nearest table around it that has one; 1 where none has."""
    while key and key not in lines:
        key = key[:-1]
    return lines.get(key, 1)


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._lines: dict[Key, int] = {}
        self._elements: dict[Key, int] = {}
        """How many tables each array of tables has so far."""

    def lines(self) -> dict[Key, int]:
        table: Key = ()
        while self._skip_blank():
            if self._take("[["):
                table = self._element(self._key())
                self._take("]]")
            elif self._take("["):
                table = self._reached(self._key())
                self._lines[table] = self._line()
                self._take("]")
            else:
                self._pair(table)
        return self._lines

    def _reached(self, names: list[str]) -> Key:
        """A table's key: where a name on its way is an array of tables, its last one is meant."""
        key: Key = ()
        for name in names:
            key = (*key, name)
            self._note(key)
            if key in self._elements:
                key = (*key, self._elements[key] - 1)
        return key

    def _element(self, names: list[str]) -> Key:
        array = (*self._reached(names[:-1]), names[-1])
        self._note(array)
        index = self._elements.get(array, 0)
        self._elements[array] = index + 1
        self._lines[(*array, index)] = self._line()
        return (*array, index)

    def _pair(self, table: Key) -> None:
        key = table
        for name in self._key():
            key = (*key, name)
            self._note(key)
        self._take("=")
        self._skip_blank()
        self._value(key)

    def _value(self, key: Key) -> None:
        if string := _STRING.match(self._text, self._at):
            self._at = string.end()
        elif self._take("["):
            index = 0
            while self._skip_blank() and not self._take("]"):
                self._note((*key, index))
                self._value((*key, index))
                index += 1
                self._skip_blank()
                self._take(",")
        elif self._take("{"):
            while self._skip_blank() and not self._take("}"):
                self._pair(key)
                self._skip_blank()
                self._take(",")
        else:
            self._at = _matched(_PLAIN, self._text, self._at).end()

    def _key(self) -> list[str]:
        names: list[str] = []
        while True:
            self._skip_blank()
            if quoted := _STRING.match(self._text, self._at):
                names.append(tomllib.loads(f"key = {quoted[0]}")["key"])
                self._at = quoted.end()
            else:
                bare = _matched(_BARE, self._text, self._at)
                names.append(bare[0])
                self._at = bare.end()
            self._skip_blank()
            if not self._take("."):
                return names

    def _note(self, key: Key) -> None:
        self._lines.setdefault(key, self._line())

    def _line(self) -> int:
        return self._text.count("\n", 0, self._at) + 1

    def _take(self, mark: str) -> bool:
        if not self._text.startswith(mark, self._at):
            return False
        self._at += len(mark)
        return True

    def _skip_blank(self) -> bool:
        """Whether anything is left after white space and comments."""
        self._at = _matched(_BLANK, self._text, self._at).end()
        return self._at < len(self._text)


def _matched(pattern: re.Pattern[str], text: str, at: int) -> re.Match[str]:
    match = pattern.match(text, at)
    if match is None:
        raise ValueError(f"this is no TOML: {text[at : at + 20]!r}")
    return match
