"""Checks the bundle in use: intact, trusted, not simulated."""

from __future__ import annotations

from collections.abc import Callable

from edge.bundle import Bundle
from edge.bundle.load import UNSIGNED
from edge.core.errors import MillsightError
from edge.doctor.finding import DeviceFinding, Severity


def bundle(load: Callable[[], Bundle]) -> DeviceFinding:
    """Check the bundle and describe it.

    Args:
        load: Opens and admits the bundle like ``millsight run``.
    """
    try:
        opened = load()
    except MillsightError as error:
        return DeviceFinding("bundle", Severity.FAIL, error.what, error.hint)
    manifest = opened.manifest
    classes = ", ".join(manifest.classes)
    what = f"{opened.title}, classes {classes}, frames of {manifest.frame}"
    if opened.trust == UNSIGNED:
        return DeviceFinding(
            "bundle",
            Severity.WARN,
            what,
            "Its origin is not verified: have it signed (millsight bundle sign)",
            opened.to_json(),
        )
    if manifest.simulated:
        return DeviceFinding(
            "bundle",
            Severity.WARN,
            f"{what}; it was trained on SIMULATED strip",
            "Install one that was trained on this line's frames: millsight bundle install",
            opened.to_json(),
        )
    return DeviceFinding("bundle", Severity.OK, what, figures=opened.to_json())
