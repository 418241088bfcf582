"""Checks the configuration of the line."""

from __future__ import annotations

from pathlib import Path

from edge.config import FaultyConfigError, read
from edge.core.errors import MillsightError
from edge.doctor.finding import DeviceFinding, Severity


def configuration(path: Path | None) -> DeviceFinding:
    """Check the file; None if there is none."""
    if path is None:
        return DeviceFinding("configuration", Severity.OK, "none given: defaults")
    try:
        read(path)
    except FaultyConfigError as error:
        count = len(error.faults)
        what = f"{count} fault{'s' * (count > 1)} in {path}, the first: {error.faults[0]}"
        return DeviceFinding(
            "configuration", Severity.FAIL, what, f"See them all: millsight config check {path}"
        )
    except MillsightError as error:
        return DeviceFinding("configuration", Severity.FAIL, error.what, error.hint)
    return DeviceFinding("configuration", Severity.OK, f"{path} is valid")
