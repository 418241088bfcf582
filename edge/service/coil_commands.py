"""Commands from other programs to the line: a coil begins or ends."""

from __future__ import annotations

import json

_LONGEST_NAME = 100
_LONGEST_COMMAND = 4096
"""Longest command, in bytes."""


def read_coil_command(payload: bytes) -> str | None:
    """The name of the coil that begins, or None if the coil ends.

    Args:
        payload: ``{"begin": "NAME"}`` or ``{"end": true}``.

    Raises:
        ValueError: It is neither; the message gives the reason.
    """
    if len(payload) > _LONGEST_COMMAND:
        raise ValueError(f"{len(payload)} bytes are too long for a command")
    try:
        command = json.loads(payload)
    except (ValueError, RecursionError):
        raise ValueError("it is not JSON") from None
    match command:
        case {"end": True, **rest} if not rest:
            return None
        case {"begin": str(name), **rest} if not rest:
            return _checked(name)
    raise ValueError('it is neither {"begin": "NAME"} nor {"end": true}')


def _checked(name: str) -> str:
    if not name.strip():
        raise ValueError("the coil has no name")
    if len(name) > _LONGEST_NAME:
        raise ValueError(f"the coil's name is longer than {_LONGEST_NAME} characters")
    if not name.isprintable():
        raise ValueError("the coil's name holds characters that cannot be printed")
    return name.strip()
