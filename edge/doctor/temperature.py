"""Checks the temperature, and whether the processor is throttled."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from edge.doctor.finding import DeviceFinding, Severity
from edge.machine.kernel_files import ROOT, number, read
from edge.machine.thermal import hottest_zone

_MARGIN_C = 5.0

_THROTTLED = {
    0: "its supply voltage is too low",
    1: "its frequency is capped",
    2: "it is being throttled",
    3: "it has reached its soft temperature limit",
    16: "its supply voltage has been too low since it started",
    17: "its frequency has been capped since it started",
    18: "it has been throttled since it started",
    19: "it has reached its soft temperature limit since it started",
}
"""Bits of a Raspberry Pi's ``get_throttled`` (its documentation, ``vcgencmd``)."""


def temperature(root: Path = ROOT) -> DeviceFinding:
    """Compare the hottest zone with its limit. Call this after work, not before."""
    zone = hottest_zone(root)
    if zone is None:
        return DeviceFinding("temperature", Severity.OK, "this device reports no temperature")
    celsius, limit, name = zone.celsius, zone.limit_celsius, zone.name
    figures = {"celsius": celsius, "limit_celsius": limit, "zone": name}
    what = f"{celsius:.0f} °C at {name}; the processor is slowed down from {limit:.0f} °C"
    if celsius >= limit - _MARGIN_C:
        return DeviceFinding(
            "temperature", Severity.WARN, what, "Cool it: add a fan, shade, ventilation", figures
        )
    return DeviceFinding("temperature", Severity.OK, what, figures=figures)


def throttling(root: Path = ROOT) -> DeviceFinding:
    """Check for a capped frequency, and the throttling flags of a Raspberry Pi."""
    word = _throttled_word(root)
    causes = [text for bit, text in _THROTTLED.items() if word is not None and word >> bit & 1]
    for cpufreq in sorted((root / "sys/devices/system/cpu").glob("cpu[0-9]*/cpufreq")):
        allowed, possible = (
            number(cpufreq / name) for name in ("scaling_max_freq", "cpuinfo_max_freq")
        )
        if allowed and possible and allowed < possible:
            causes.append(
                f"its frequency is capped at {allowed / 1e6:.2f} of {possible / 1e6:.2f} GHz"
            )
            break
    figures = {"get_throttled": word, "held_back": bool(causes)}
    if causes:
        return DeviceFinding(
            "throttling",
            Severity.WARN,
            f"the processor is throttled: {'; '.join(causes)}",
            "Use a stronger power supply or better cooling, or raise the frequency cap",
            figures,
        )
    return DeviceFinding(
        "throttling", Severity.OK, "the processor is not throttled", figures=figures
    )


def _throttled_word(root: Path) -> int | None:
    for path in sorted((root / "sys/devices/platform").glob("soc*/soc*firmware/get_throttled")):
        return number(path, base=16)
    tool = shutil.which("vcgencmd") if root == ROOT else None
    if tool is None:
        return None
    try:
        answer = subprocess.run(
            [tool, "get_throttled"], capture_output=True, text=True, timeout=5, check=False
        ).stdout
        return int(answer.rpartition("=")[2], 16)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None


def governor(root: Path = ROOT) -> DeviceFinding:
    """Check the frequency governor of the processor."""
    names = {
        name
        for path in (root / "sys/devices/system/cpu").glob("cpu[0-9]*/cpufreq/scaling_governor")
        if (name := read(path))
    }
    figures = {"governors": sorted(names)}
    if not names:
        return DeviceFinding(
            "governor", Severity.OK, "this system does not control the processor's frequency"
        )
    driver = read(root / "sys/devices/system/cpu/cpu0/cpufreq/scaling_driver") or ""
    what = f"frequency governor {', '.join(sorted(names))}"
    # Intel's and AMD's own drivers raise the frequency under "powersave" too.
    if "powersave" in names and not driver.startswith(("intel_pstate", "amd-pstate-epp")):
        return DeviceFinding(
            "governor",
            Severity.WARN,
            f"{what}: the processor stays slow",
            "As root: echo performance | tee /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor",
            figures,
        )
    return DeviceFinding("governor", Severity.OK, what, figures=figures)
