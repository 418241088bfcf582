"""Secrets and control characters that must not reach a log.

A secret is replaced wherever it stands in a text: a message may repeat what the configuration says,
such as a camera's address with its password.
"""

from __future__ import annotations

import re

HIDDEN = "***"
"""What stands in a secret's place."""

_SHORTEST = 4
"""Characters of a value that is hidden. A shorter one is in half of all words."""

_USER = re.compile(r"(?<=://)[^\s/]*(?=@)")
"""User and password in an address: ``rtsp://USER:PASSWORD@host``."""

_hidden: set[str] = set()


def hide(value: str) -> None:
    """Replace this value in everything that is logged from now on, such as a password.

    Values of fewer than four characters are not hidden.
    """
    if len(value) >= _SHORTEST:
        _hidden.add(value)


def redacted(text: str) -> str:
    """A text without hidden values and without the user and password of addresses."""
    for value in sorted(_hidden, key=len, reverse=True):
        text = text.replace(value, HIDDEN)
    return _USER.sub(HIDDEN, text)


def escaped(text: str) -> str:
    r"""A text in one line: characters that cannot be printed as ``\n``, ``\x1b``, ``\u202e``.

    So a file's name neither forges a line of the log nor moves a terminal's cursor.
    """
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii")
        for char in text
    )
