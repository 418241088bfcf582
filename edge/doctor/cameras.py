"""Checks which cameras are connected, and whether the configured one is among them."""

from __future__ import annotations

from collections.abc import Sequence

from edge.cameras.discovery import FoundCamera, list_cameras
from edge.cameras.open import kind_of
from edge.doctor.finding import DeviceFinding, Severity


def cameras(source: str, found: Sequence[FoundCamera] | None = None) -> DeviceFinding:
    """Check the cameras.

    Args:
        source: The configured camera.
        found: Connected cameras; None searches for them.
    """
    found = list_cameras() if found is None else found
    shown = ", ".join(f"{camera.source} ({camera.description})" for camera in found)
    figures = {"found": [camera.source for camera in found], "wanted": source}
    if _is_missing(source, [camera.source for camera in found]):
        what = f"there is no camera {source}; found: {shown or 'none'}"
        hint = "Check its cable and power, and that millsight's user is in the group video"
        return DeviceFinding("cameras", Severity.FAIL, what, hint, figures)
    return DeviceFinding("cameras", Severity.OK, shown or "none found", figures=figures)


def _is_missing(source: str, found: Sequence[str]) -> bool:
    """Whether the camera was not found, for kinds that can be searched for."""
    if kind_of(source) == "aravis":
        # Without a name the first camera found is used; an IP address is not a name.
        named = source.removeprefix("aravis:")
        if not named or not named[0].isdecimal():
            return not any(each.startswith(source) for each in found)
        return False
    number = source.removeprefix("/dev/video")
    return kind_of(source) == "usb" and number.isdecimal() and number not in found
