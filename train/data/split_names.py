"""What splits are called, here and by other tools."""

from __future__ import annotations

STANDARD = {
    "training": "train",
    "valid": "val",
    "validation": "val",
    "test": "holdout",
    "testing": "holdout",
}
"""Other tools' names of folders, and what they are here."""


def standard_split(name: str) -> str:
    """A split's name here, of a folder's as another tool calls it."""
    return STANDARD.get(name.lower(), name)
