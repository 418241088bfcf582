"""Events of a run other than defects: a camera lost, an overload, a coil begun."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from edge.core.inspection import iso_time
from edge.core.redaction import encodable, outgoing


class EventKind(StrEnum):
    """The kinds of event."""

    CAMERA_LOST = "camera lost"
    CAMERA_BACK = "camera back"
    OVERLOAD = "overload"
    OVERLOAD_OVER = "overload over"
    PICTURE = "picture"
    """Pictures are frozen, black or saturated, or are normal again."""
    POSITION = "position"
    """Encoder counts are missing, have jumped, or are back."""
    BUNDLE = "bundle"
    DRIFT = "drift"
    STORAGE = "storage"
    """The ledger or pictures cannot be stored, or can be again."""
    CLOCK = "clock"
    """The clock was set, or says what cannot be."""
    SINK = "sink"
    """An output is unreachable, or back."""
    COIL_BEGAN = "coil began"
    COIL_ENDED = "coil ended"


@dataclass(frozen=True, slots=True)
class Event:
    """One event.

    Attributes:
        kind: What it is about.
        text: One line for the person at the line; secrets and control characters leave it.
        at: When, in seconds since 1970 (UTC).
        position_mm: Millimetre on the coil; None where it has no place.
        coil: Name of the coil; empty where none is known.
        grade: Where a coil ended, its figures (``edge.coil.grade``); None else. Not in JSON.
    """

    kind: EventKind
    text: str
    at: float = field(default_factory=time.time)
    position_mm: float | None = None
    coil: str = ""
    grade: Mapping[str, Any] | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        # It goes to the ledger, the log, a broker, a file and the screen: made fit for all at once.
        object.__setattr__(self, "text", outgoing(self.text))
        object.__setattr__(self, "coil", encodable(self.coil))

    def as_json(self) -> dict[str, Any]:
        """JSON values with the keys documented in docs/json.md."""
        return {
            "event": self.kind.value,
            "text": self.text,
            "time": iso_time(self.at),
            "position_mm": None if self.position_mm is None else round(self.position_mm, 3),
            "coil": self.coil or None,
        }


Tell = Callable[[Event], None]
"""Receives each event as soon as it happens; may be called from any thread."""


def untold(event: Event) -> None:
    """Discard an event: the ``Tell`` if nobody listens."""
