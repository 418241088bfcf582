"""Disposition rules: pass a defect, hold the coil, divert it to a stream, or reject it.

The study of the Severstal data expects this of an inspection: defective pieces leave the line, and
classes go to different streams.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

from edge.core.errors import ConfigError
from edge.core.inspection import UNCLASSIFIED

if TYPE_CHECKING:
    from edge.config.coil import DispositionRule

PASS = "pass"
_SEVERITY = (PASS, "hold", "divert", "reject")


class Disposition:
    """An ordered list of disposition rules.

    Args:
        rules: The first rule that a defect meets decides. Without rules, no defect has an action.
        classes: Class names of the bundle, to check the rules; None skips this check.

    Raises:
        ConfigError: A rule names a class that the bundle does not know; it could never apply.
    """

    def __init__(
        self, rules: Sequence[DispositionRule] = (), classes: Sequence[str] | None = None
    ) -> None:
        self._rules = tuple(rules)
        if classes is not None:
            for number, rule in enumerate(self._rules, 1):
                _check_class(number, rule.class_name, classes)

    def __bool__(self) -> bool:
        return bool(self._rules)

    def decide(
        self,
        class_name: str,
        length_mm: float,
        width_mm: float,
        area_mm2: float,
        count_on_coil: int,
    ) -> str:
        """The action for a defect: that of the first rule it meets, else ``pass``.

        Args:
            class_name: Its class; empty if no classifier has judged it.
            length_mm: Its extent along the strip in mm.
            width_mm: Its extent across the strip in mm.
            area_mm2: Its area in mm².
            count_on_coil: Number of the defect among those of its class on the coil, from 1.

        Returns:
            ``pass``, ``hold``, ``divert:STREAM`` or ``reject``; empty without rules.
        """
        if not self._rules:
            return ""
        for rule in self._rules:
            if (
                rule.class_name in {"*", class_name or UNCLASSIFIED}
                and length_mm >= rule.min_length_mm
                and width_mm >= rule.min_width_mm
                and area_mm2 >= rule.min_area_mm2
                and count_on_coil >= rule.from_count
            ):
                return rule.action
        return PASS

    def worst(self, actions: Iterable[str]) -> str:
        """The most severe action, the first of equal ones; ``pass`` for none, "" without rules."""
        if not self._rules:
            return ""
        return max(actions, key=severity, default=PASS)


def severity(action: str) -> int:
    """The severity of an action: pass 0, hold 1, divert 2, reject 3; no action -1."""
    kind = action.partition(":")[0]
    return _SEVERITY.index(kind) if kind in _SEVERITY else -1


def _check_class(number: int, name: str, classes: Sequence[str]) -> None:
    known = [*classes, UNCLASSIFIED, "*"]
    if name in known:
        return
    close = get_close_matches(name, known, n=1)
    raise ConfigError(
        f"disposition rule {number} is about class {name!r}, which the bundle does not know",
        f"Did you mean {close[0]!r}?" if close else f"Choose from: {', '.join(known)}",
    )
