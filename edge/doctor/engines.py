"""Checks the installed inference engines."""

from __future__ import annotations

from collections.abc import Mapping

from edge.doctor.finding import DeviceFinding, Severity
from edge.vision.engines.base import engine_versions


def engines(versions: Mapping[str, str | None] | None = None) -> DeviceFinding:
    """Check the installed engines and their versions; None asks this Python."""
    versions = engine_versions() if versions is None else versions
    found = {name: number for name, number in versions.items() if number is not None}
    if not found:
        return DeviceFinding(
            "engines",
            Severity.FAIL,
            "no inference engine is installed",
            "pip install ai-edge-litert, or 'millsight[tflite]' on armv7",
        )
    what = ", ".join(f"{name} {number}" for name, number in found.items())
    return DeviceFinding("engines", Severity.OK, what, figures={"versions": found})
