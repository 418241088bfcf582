"""What a reader does with a fault in the data: refuse it at once, or have it listed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NoReturn, TypeAlias

from edge.core.errors import MillsightError

Complain: TypeAlias = Callable[[Path, MillsightError], None]
"""Called with the file at fault and the error; where it returns, the reader leaves the item out."""


def refuse(path: Path, error: MillsightError) -> NoReturn:
    """Raise the first fault: what training and evaluation want."""
    raise error


def shown(names: list[str] | tuple[str, ...], most: int = 3) -> str:
    """The first few of many names, for one line: ``a, b, c and 9 more``."""
    text = ", ".join(names[:most])
    return f"{text} and {len(names) - most} more" if len(names) > most else text
