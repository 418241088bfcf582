"""What a plan was measured on: another processor, or another engine, may run otherwise."""

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

_TELLING = {
    *("flags", "features", "vendor_id", "cpu family", "model", "stepping"),
    *("cpu implementer", "cpu architecture", "cpu variant", "cpu part", "cpu revision"),
}
"""Lines of ``/proc/cpuinfo`` that say what a core can do; others change with load and time."""


class Machine(ManifestPart):
    """A processor and the engines on it."""

    cpu: Text = Field(description="What the processor is called")
    features: Sha256 = Field(description="SHA-256 of what its cores can do")
    cores: int = Field(ge=1, description="Cores that the process may use")
    engines: dict[str, Text] = Field(description="Version of each installed engine")


def this_machine(root: Path = ROOT) -> Machine:
    """This device, now.

    Args:
        root: Where ``proc`` is.
    """
    return Machine(
        cpu=cpu_model(root),
        features=_features(read(root / "proc/cpuinfo") or ""),
        cores=len(os.sched_getaffinity(0)),
        engines={name: version for name, version in engine_versions().items() if version},
    )


def unlike(then: Machine, now: Machine, used: Collection[str]) -> str:
    """Why what was measured ``then`` says nothing of ``now``, for people; empty where it does.

    Args:
        then: What was measured on.
        now: This device.
        used: Engines whose versions count.
    """
    if then.cpu != now.cpu:
        return f"it was made on {then.cpu}, and this is {now.cpu}"
    if then.cores != now.cores:
        return f"it was made with {_cores(then)}, and there {_are(now)} {_cores(now)}"
    if then.features != now.features:
        return f"it was made on another {then.cpu}: what its cores can do differs"
    for engine in used:
        before, after = then.engines.get(engine), now.engines.get(engine)
        if before != after:
            have = f"this device has {after}" if after else "it is not installed any more"
            return f"it was made with {engine} {before}, and {have}"
    return ""


def _cores(machine: Machine) -> str:
    return f"{machine.cores} core{'s' if machine.cores != 1 else ''}"


def _are(machine: Machine) -> str:
    return "are" if machine.cores != 1 else "is"


def _features(cpuinfo: str) -> str:
    """Digest of what the cores can do, whatever their order and number."""
    told = set()
    for line in cpuinfo.splitlines():
        key, _, value = line.partition(":")
        if key.strip().lower() in _TELLING:
            told.add(f"{key.strip().lower()}: {' '.join(sorted(value.split()))}")
    return hashlib.sha256("\n".join(sorted(told)).encode()).hexdigest()
