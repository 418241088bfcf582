"""Secrets and control characters that must not reach a log.

A secret is replaced anywhere in a text: a message may quote the configuration, such as a camera's
address with its password.
"""

from __future__ import annotations

import re

HIDDEN = "***"
"""Replacement for a secret."""

_SHORTEST = 4
"""Fewest characters of a value that is hidden. A shorter one would occur in ordinary words."""

_USER = re.compile(r"(?<=://)[^\s/]*(?=@)")
"""User and password in an address: ``rtsp://USER:PASSWORD@host``."""

_hidden: set[str] = set()


def hide(value: str) -> None:
    """Hide a secret, such as a password, in all later log messages.

    Values of fewer than four characters are not hidden.
    """
    if len(value) >= _SHORTEST:
        _hidden.add(value)


def redacted(text: str) -> str:
    """The text with hidden values, and user and password in addresses, replaced by ``***``."""
    for value in sorted(_hidden, key=len, reverse=True):
        text = text.replace(value, HIDDEN)
    return _USER.sub(HIDDEN, text)


def escaped(text: str) -> str:
    r"""The text in one line: characters that cannot be printed become ``\n``, ``\x1b``, ``\u202e``.

    A file's name can then neither forge a line of the log nor move a terminal's cursor.
    """
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii")
        for char in text
    )
