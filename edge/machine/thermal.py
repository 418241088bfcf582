"""Temperatures of this machine's thermal zones (Linux sysfs, ``/sys/class/thermal``)."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from edge.machine.kernel_files import ROOT, number, read

_HOT_C = 80.0
"""Limit for zones without a limit of their own: most boards begin to slow down there."""


class ThermalZone(NamedTuple):
    """A zone's temperature, and the limit above which the processor is slowed down, in °C."""

    celsius: float
    limit_celsius: float
    name: str


def hottest_zone(root: Path = ROOT) -> ThermalZone | None:
    """The zone nearest to its own limit; None if the machine reports no temperature."""
    zones = [
        ThermalZone(degrees / 1000.0, _limit_c(zone), read(zone / "type") or zone.name)
        for zone in sorted((root / "sys/class/thermal").glob("thermal_zone*"))
        if (degrees := number(zone / "temp")) is not None and degrees > 0
    ]
    return max(zones, key=lambda zone: zone.celsius - zone.limit_celsius, default=None)


def _limit_c(zone: Path) -> float:
    """The lowest temperature at which the zone throttles the processor."""
    limits = [
        degrees / 1000.0
        for kind in zone.glob("trip_point_*_type")
        if read(kind) in {"passive", "hot", "critical"}
        and (degrees := number(kind.with_name(kind.name.replace("_type", "_temp")))) is not None
        and degrees > 0
    ]
    return min(limits, default=_HOT_C)
