"""The machine on which a plan was measured; the plan is valid only on an equal machine."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection
from pathlib import Path

from pydantic import Field

from edge.bundle.manifest_parts import (
    ManifestPart,
    Sha256,
    Text,
)
from edge.machine.kernel_files import ROOT, read
from edge.machine.processor import cpu_model
from edge.vision.engines.base import engine_versions

_IDENTIFYING = {
    *("flags", "features", "vendor_id", "cpu family", "model", "stepping"),
    *("cpu implementer", "cpu architecture", "cpu variant", "cpu part", "cpu revision"),
}
"""Keys of ``/proc/cpuinfo`` that describe a core's features; others change with load and time."""


class Machine(ManifestPart):
    """A processor and the installed engines."""

    cpu: Text = Field(description="Name of the processor")
    features: Sha256 = Field(description="SHA-256 of the features of its cores")
    cores: int = Field(ge=1, description="Number of cores that the process may use")
    engines: dict[str, Text] = Field(description="Version of each installed engine")


def this_machine(root: Path = ROOT) -> Machine:
    """This device in its current state.

    Args:
        root: Folder that holds ``proc``.
    """
    return Machine(
        cpu=cpu_model(root),
        features=_features(read(root / "proc/cpuinfo") or ""),
        cores=len(os.sched_getaffinity(0)),
        engines={name: version for name, version in engine_versions().items() if version},
    )


def machine_difference(then: Machine, now: Machine, used: Collection[str]) -> str:
    """The difference that makes a measurement invalid, for people; empty if there is none.

    Args:
        then: The machine of the measurement.
        now: This device.
        used: Engines whose versions must agree.
    """
    if then.cpu != now.cpu:
        return f"it was made on {then.cpu}, and this is {now.cpu}"
    if then.cores != now.cores:
        return f"it was made with {_cores(then)}, and there {_are(now)} {_cores(now)}"
    if then.features != now.features:
        return f"it was made on another {then.cpu}, whose cores have other features"
    for engine in used:
        before, after = then.engines.get(engine), now.engines.get(engine)
        if before != after:
            have = f"this device has {after}" if after else "that engine is no longer installed"
            return f"it was made with {engine} {before}, and {have}"
    return ""


def _cores(machine: Machine) -> str:
    return f"{machine.cores} core{'s' if machine.cores != 1 else ''}"


def _are(machine: Machine) -> str:
    return "are" if machine.cores != 1 else "is"


def _features(cpuinfo: str) -> str:
    """Digest of the features of all cores, independent of their order and number."""
    features = set()
    for line in cpuinfo.splitlines():
        key, _, value = line.partition(":")
        if key.strip().lower() in _IDENTIFYING:
            features.add(f"{key.strip().lower()}: {' '.join(sorted(value.split()))}")
    return hashlib.sha256("\n".join(sorted(features)).encode()).hexdigest()
