"""The cameras that this device sees, for ``millsight doctor``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from edge.core.errors import MissingExtraError

_V4L2 = Path("/sys/class/video4linux")


@dataclass(frozen=True, slots=True)
class FoundCamera:
    """One camera.

    Attributes:
        source: What ``--camera`` and ``[camera] source`` call it.
        description: What it calls itself.
    """

    source: str
    description: str


def list_cameras() -> list[FoundCamera]:
    """USB cameras, then GigE and USB3 Vision cameras where Aravis is installed.

    Asking the network takes about a second.
    """
    return [*usb_cameras(), *aravis_cameras()]


def usb_cameras(devices: Path = _V4L2) -> list[FoundCamera]:
    """Cameras that Linux has a video device for."""
    found = []
    for device in devices.glob("video*"):
        number = device.name.removeprefix("video")
        # A camera has further devices, for what is not pictures; the first is the camera's.
        if number.isdecimal() and _read(device / "index") in {"", "0"}:
            found.append((int(number), _read(device / "name") or "a video device"))
    return [FoundCamera(str(number), name) for number, name in sorted(found)]


def aravis_cameras() -> list[FoundCamera]:
    """GigE and USB3 Vision cameras; none where Aravis is not installed."""
    from edge.cameras.aravis import load_aravis

    try:
        aravis = load_aravis()
    except MissingExtraError:
        return []
    aravis.update_device_list()
    return [
        FoundCamera(
            f"aravis:{aravis.get_device_id(index)}",
            f"{aravis.get_device_vendor(index)} {aravis.get_device_model(index)} at "
            f"{aravis.get_device_address(index)}",
        )
        for index in range(aravis.get_n_devices())
    ]


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
