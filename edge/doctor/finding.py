"""The result of one check of the device."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """How serious a finding is."""

    OK = "ok"
    WARN = "warn"
    """The line runs, but a problem may cost speed or data."""
    FAIL = "fail"
    """The line does not run, or not correctly."""


@dataclass(frozen=True, slots=True)
class DeviceFinding:
    """The result of one check.

    Attributes:
        check: Name of the check, one or two words.
        state: Its severity.
        what: The result in one line.
        hint: What to do; empty if nothing is necessary.
        figures: The result as numbers, for programs.
    """

    check: str
    state: Severity
    what: str
    hint: str = ""
    figures: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """JSON values with the keys documented in docs/json.md."""
        return {
            "check": self.check,
            "state": self.state.value,
            "what": self.what,
            "hint": self.hint or None,
            "figures": dict(self.figures),
        }


def worst(findings: list[DeviceFinding]) -> Severity:
    """The most serious state of all findings."""
    order = list(Severity)
    return max((finding.state for finding in findings), key=order.index, default=Severity.OK)
