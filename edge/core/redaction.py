r"""Text that goes out: without secrets, and without characters that a terminal or a log obeys.

``outgoing`` is the one function for every exit. Names of files, classes, coils and cameras and the
words of libraries are bytes from outside; a message may repeat what the configuration says, such as
a camera's address with its password. Where a secret is known by its field, ``hide`` and
``hide_secrets_in`` name it once, and it is replaced wherever it stands from then on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import escape as html_escaped
from typing import Any
from unicodedata import combining, is_normalized
from urllib.parse import quote, unquote

HIDDEN = "***"
"""Replacement for a secret."""

_SHORTEST = 4
"""Fewest characters of a value that is hidden. A shorter one would occur in ordinary words."""

_USER = re.compile(r"""(?<=://)(?:[^\s/?#@:"'<>]*:[^\s"'<>]*|[^\s/"'<>]*)(?=@)""")
"""User and password in an address within a text: ``rtsp://USER:PASSWORD@host``.

A password may hold ``/``, ``?``, ``#`` and ``@``, so it ends at the last ``@``.
"""
_FIELD_USER = re.compile(r"(?<=://)(?:[^/?#@:]*:.*|[^/]*)(?=@)", re.DOTALL)
"""The same in a field that holds nothing but an address, so that no space ends it."""

_SECRET_WORD = (
    "password|passwd|passphrase|pass|pwd|pw|secret|token|credentials?|key|apikey|auth|sig"
)
_PART = r"[^\W_]*"
"""Of a name, between hyphens and underscores: in one way alone, or a long name takes for ever."""
_ASSIGNED = re.compile(
    rf"""(?<![\w-])((?:{_PART}[-_])*(?:{_SECRET_WORD}|user|usr|username|login)(?:[-_]{_PART})*)"""
    r"""\s*=\s*"""
    r"""("(?:\\.|[^"\\])*"|'[^']*'|[^\s&;!]+)""",
    re.IGNORECASE,
)
"""A secret given by name: ``user-pw=SECRET`` in a pipeline, ``?token=SECRET`` in an address."""
_LOCATION = re.compile(
    r"""(?<![\w-])(?:location|uri)\s*=\s*("(?:\\.|[^"\\])*"|'[^']*'|\S+)""", re.IGNORECASE
)
"""The address in a GStreamer pipeline."""
_NAMED_SECRET = re.compile(r"password|passwd|passphrase|secret|token|credential", re.IGNORECASE)
"""Keys of the configuration whose value is a secret, unless they say where it is."""
_NAMES_A_PLACE = re.compile(r"_(file|env)$")
_NAMES_A_USER = re.compile(
    r"(?:^|[-_])(?:user|usr|username|login)(?:$|[-_](?:id|name)$)", re.IGNORECASE
)

_hidden: set[str] = set()
_hidden_words: set[str] = set()
"""Parts of secrets, which are hidden where they stand as a word of their own."""


def hide(value: str) -> None:
    """Replace this value in everything that goes out from now on, such as a password.

    Values of fewer than four characters are not hidden. As it may be repeated in quotes or in an
    address, it is hidden in those forms too.
    """
    if len(value.strip()) < _SHORTEST:
        return
    forms = {
        value,
        value.strip(),
        repr(value)[1:-1],
        ascii(value)[1:-1],
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        quote(value, safe=""),
        quote(value, safe="/"),
        unquote(value),
        html_escaped(value),
        escaped(value),
    }
    _hidden.update(form for form in forms if len(form) >= _SHORTEST)


def hide_secrets_in(value: str) -> None:
    """Hide what is secret in a field: the user and password of an address, a pipeline's password.

    A library that takes a password with ``/`` in it apart may repeat a part: parts of four
    characters or more are hidden too, where they are words of their own.
    """
    for secret in _secrets_in(value):
        hide(secret)
        password = secret.partition(":")[2] or secret
        for part in re.split(r"[/?#@:&=\s]", password):
            if len(part) >= _SHORTEST:
                # An address's host is repeated in small letters.
                _hidden_words.update({part, unquote(part), part.lower()})


def hide_secrets(document: Any, key: str = "") -> None:
    """Hide what is secret in a configuration, whether it is right or not.

    Args:
        document: Tables, arrays and texts, as ``tomllib`` gives them.
        key: Of ``document``: what is called a password is hidden whole.
    """
    if isinstance(document, dict):
        for name, value in document.items():
            hide_secrets(value, str(name))
    elif isinstance(document, (list, tuple)):
        for value in document:
            hide_secrets(value, key)
    elif isinstance(document, str):
        if _NAMED_SECRET.search(key) and not _NAMES_A_PLACE.search(key):
            hide(document)
        hide_secrets_in(document)


def without_secrets(value: str) -> str:
    """A field that holds an address or a pipeline, for people: nothing secret is in it.

    An address loses its user, its password and what follows ``?`` or ``#``.
    """
    scheme, mark, rest = value.partition("://")
    if mark and not re.search(r"[\s=!]", scheme):
        user = _FIELD_USER.search(value)
        rest = value[user.end() + 1 :] if user else rest
        return f"{scheme}://{re.split('[?#]', rest, maxsplit=1)[0]}"
    value = _LOCATION.sub(lambda found: _with(found, 1, _FIELD_USER.sub(HIDDEN, found[1])), value)
    return _ASSIGNED.sub(lambda found: _with(found, 2, _masked(found[2])), value)


def has_raw_password(address: str) -> bool:
    """Whether a user or password in an address holds what ends them there: ``/``, ``?``, ``#``."""
    user = _FIELD_USER.search(address)
    return user is not None and any(mark in user[0] for mark in "/?#")


def redacted(text: str) -> str:
    """The text with hidden values, and user and password in addresses, replaced by ``***``."""
    for value in sorted(_hidden, key=len, reverse=True):
        text = text.replace(value, HIDDEN)
    if _hidden_words:
        words = "|".join(map(re.escape, sorted(_hidden_words, key=len, reverse=True)))
        text = re.sub(rf"(?<!\w)(?:{words})(?!\w)", HIDDEN, text)
    return _USER.sub(HIDDEN, text)


def escaped(text: str, *, keep: str = "") -> str:
    r"""A text in one line: characters that cannot be printed as ``\n``, ``\x1b``, ``\u202e``.

    So a file's name neither forges a line of the log nor moves a terminal's cursor. Accents that
    are written apart from their letter (NFD, as some systems name files) are escaped as well: such
    a name looks like another one that is written in one piece.

    Args:
        text: Anything.
        keep: Characters that stay as they are though they cannot be printed.
    """
    if text.isascii():
        if text.isprintable():
            return text
    elif text.isprintable() and is_normalized("NFC", text):
        return text
    apart = not is_normalized("NFC", text)
    out: list[str] = []
    before = ""
    for char in text:
        shown = char.isprintable() or char in keep
        if shown and apart:
            shown = not (combining(char) and not before) and is_normalized("NFC", before + char)
        out.append(char if shown else char.encode("unicode_escape").decode("ascii"))
        before = char if shown else ""
    return "".join(out)


def outgoing(text: object) -> str:
    """What any exit shows of a text: in one line, without secrets, every character printable."""
    return escaped(redacted(str(text)))


def outgoing_lines(text: str, *, keep: str = "\n\t") -> str:
    """The same of a text whose lines and tabs are the program's own; see ``escaped``."""
    return escaped(redacted(text), keep=keep)


def outgoing_ascii(text: object) -> str:
    r"""The same for what knows no other letters, such as OpenCV's fonts: ``\xe9`` for an é."""
    return outgoing(text).encode("ascii", "backslashreplace").decode("ascii")


def encodable(text: str) -> str:
    r"""A text that every encoding of Unicode takes: bytes of a file's name that are no UTF-8, and
    other lone surrogates, as ``\udcdf``. All else stays, so that names are told apart.
    """
    if text.isascii():
        return text
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _secrets_in(value: str) -> Iterator[str]:
    """What is secret in a field: an address's user and password, and what is given by name."""
    places = [_unquoted(found[1]) for found in _LOCATION.finditer(value)]
    scheme, mark, _ = value.partition("://")
    if mark and not re.search(r"[\s=!]", scheme):
        places.append(value)
    for place in places:
        if (user := _FIELD_USER.search(place)) and user[0]:
            yield user[0]
            if password := user[0].partition(":")[2]:
                yield password
    for found in _ASSIGNED.finditer(value):
        if not _NAMES_A_USER.search(found[1]) and found[2].lower() not in {"true", "false"}:
            yield _unquoted(found[2])


def _with(found: re.Match[str], group: int, text: str) -> str:
    """What was found, with another text in place of a group's, which ends it."""
    return found[0].removesuffix(found[group]) + text


def _masked(value: str) -> str:
    mark = value[0] if value[:1] in {'"', "'"} else ""
    return f"{mark}{HIDDEN}{mark}"


def _unquoted(text: str) -> str:
    if text[:1] in {'"', "'"} and text[-1:] == text[:1]:
        return text[1:-1]
    return text
