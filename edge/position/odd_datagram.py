"""Why a datagram is no encoder's count, for the person who sets the sender up."""

from __future__ import annotations

import re

LONGEST = 64
"""Bytes of a datagram that are read; a count has 21 at most, and white space around it."""

_SHOWN = 24
"""Bytes of a datagram that are repeated."""

_REASONS = (
    (rb"", "it is empty"),
    (rb"\s*-?\d+\s*\x00[\x00\s]*", "NUL bytes follow the digits; send the digits alone"),
    (rb"\s*\+\d+\s*", "a plus sign stands before the digits; leave it out"),
    (rb"\s*-?\d{21,}\s*", "it has more than 20 digits"),
    (rb"\s*[+-]?\d*[.,]\d*(?:[eE][+-]?\d+)?\s*", "it has a fraction; counts are whole"),
    (rb"\s*[+-]?\d+[eE][+-]?\d+\s*", "it has an exponent; send all its digits"),
    (rb"\s*0[xX][0-9a-fA-F]+\s*", "it is hexadecimal; send it in decimal"),
    (rb"\s*-?\d+(?:[\s,;]+-?\d+)+[\s,;]*", "it holds more than one number; send one a datagram"),
)


def reason(datagram: bytes) -> str:
    """What came, and why it was not taken, in one line.

    Args:
        datagram: Its first ``LONGEST`` bytes.
    """
    more = "..." if len(datagram) > _SHOWN else ""
    return f"{datagram[:_SHOWN]!a}{more} came, {len(datagram)} bytes: {_why(datagram)}"


def _why(datagram: bytes) -> str:
    for pattern, why in _REASONS:
        if re.fullmatch(pattern, datagram):
            return why
    if len(datagram) == LONGEST:
        return f"it is as long as {LONGEST} bytes or longer"
    if datagram.isascii() and datagram.decode("ascii").strip().isprintable():
        return "it is text; send the count's decimal digits alone"
    return "it looks like a binary number; send the count's decimal digits as text (ASCII)"
