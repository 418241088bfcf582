"""What one look at the device found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """How serious a finding is."""

    OK = "ok"
    WARN = "warn"
    """The line runs; something may cost it time, data or a good night."""
    FAIL = "fail"
    """The line will not run, or not as it should."""


@dataclass(frozen=True, slots=True)
class DeviceFinding:
    """One thing that was looked at.

    Attributes:
        check: What was looked at, a word or two.
        state: How serious it is.
        what: What was found, one line.
        hint: What to do about it; empty where nothing need be done.
        figures: The same as numbers, for programs.
    """

    check: str
    state: Severity
    what: str
    hint: str = ""
    figures: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Plain values for JSON, with the keys that docs/json.md documents."""
        return {
            "check": self.check,
            "state": self.state.value,
            "what": self.what,
            "hint": self.hint or None,
            "figures": dict(self.figures),
        }


def worst(findings: list[DeviceFinding]) -> Severity:
    """The most serious state of all."""
    order = list(Severity)
    return max((finding.state for finding in findings), key=order.index, default=Severity.OK)
