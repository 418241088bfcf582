"""Memory, heat, throttling, governor, clock, engines and disk: what is found in which state."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.doctor.clock import clock
from edge.doctor.disk import disk
from edge.doctor.engines import engines
from edge.doctor.finding import DeviceFinding, Severity, worst
from edge.doctor.memory import memory
from edge.doctor.temperature import (
    governor,
    heat,
    throttling,
)

OK, WARN, FAIL = Severity.OK, Severity.WARN, Severity.FAIL


def tree(root, files):
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


MEMORY = "MemTotal:        8000000 kB\nMemFree: 1 kB\nMemAvailable:    {} kB\n"


@pytest.mark.parametrize(
    ("files", "state", "says"),
    [
        ({"proc/meminfo": MEMORY.format(4194304)}, OK, "7812 MiB, 4096 MiB of it available"),
        ({"proc/meminfo": MEMORY.format(204800)}, WARN, "takes up to 350 MiB"),
        (
            {"proc/meminfo": MEMORY.format(4194304), "sys/fs/cgroup/memory.max": "268435456\n"},
            WARN,
            "a control group allows 256 MiB",
        ),
        ({"proc/meminfo": MEMORY.format(4194304), "sys/fs/cgroup/memory.max": "max\n"}, OK, ""),
        ({"proc/meminfo": "nothing\n"}, WARN, "does not tell"),
        ({}, WARN, "does not tell"),
    ],
)
def test_memory(tmp_path, files, state, says):
    finding = memory(tree(tmp_path, files))
    assert finding.state is state and says in finding.what


ZONE = "sys/class/thermal/thermal_zone"


@pytest.mark.parametrize(
    ("files", "state", "says"),
    [
        ({}, OK, "tells no temperature"),
        (
            {f"{ZONE}0/temp": "47100\n", f"{ZONE}0/type": "cpu-thermal\n"},
            OK,
            "47 °C at cpu-thermal",
        ),
        ({f"{ZONE}0/temp": "79000\n"}, WARN, "79 °C at thermal_zone0"),
        (
            {
                f"{ZONE}0/temp": "85000\n",
                f"{ZONE}0/trip_point_0_type": "passive\n",
                f"{ZONE}0/trip_point_0_temp": "95000\n",
                f"{ZONE}0/trip_point_1_type": "active\n",
                f"{ZONE}0/trip_point_1_temp": "50000\n",
            },
            OK,
            "slows down from 95 °C",
        ),
        ({f"{ZONE}0/temp": "30000\n", f"{ZONE}1/temp": "90000\n"}, WARN, "thermal_zone1"),
        ({f"{ZONE}0/temp": "broken\n", f"{ZONE}1/temp": "-274000\n"}, OK, "tells no temperature"),
    ],
)
def test_temperature(tmp_path, files, state, says):
    finding = heat(tree(tmp_path, files))
    assert finding.state is state and says in finding.what


PI = "sys/devices/platform/soc/soc:firmware/get_throttled"
CPU0 = "sys/devices/system/cpu/cpu0/cpufreq"


@pytest.mark.parametrize(
    ("files", "state", "says"),
    [
        ({}, OK, "nothing holds"),
        ({PI: "0\n"}, OK, "nothing holds"),
        ({PI: "50005\n"}, WARN, "supply voltage is too low; it is being throttled"),
        ({PI: "50000\n"}, WARN, "too low since it started"),
        (
            {f"{CPU0}/scaling_max_freq": "1500000\n", f"{CPU0}/cpuinfo_max_freq": "2400000\n"},
            WARN,
            "capped at 1.50 of 2.40 GHz",
        ),
        (
            {f"{CPU0}/scaling_max_freq": "2400000\n", f"{CPU0}/cpuinfo_max_freq": "2400000\n"},
            OK,
            "nothing holds",
        ),
    ],
)
def test_throttling(tmp_path, files, state, says):
    finding = throttling(tree(tmp_path, files))
    assert finding.state is state and says in finding.what


@pytest.mark.parametrize(
    ("files", "state", "says"),
    [
        ({}, OK, "not set from here"),
        ({f"{CPU0}/scaling_governor": "performance\n"}, OK, "performance"),
        ({f"{CPU0}/scaling_governor": "powersave\n"}, WARN, "stays slow"),
        (
            {
                f"{CPU0}/scaling_governor": "powersave\n",
                f"{CPU0}/scaling_driver": "intel_pstate\n",
            },
            OK,
            "powersave",
        ),
    ],
)
def test_governor(tmp_path, files, state, says):
    finding = governor(tree(tmp_path, files))
    assert finding.state is state and says in finding.what


@pytest.mark.parametrize(("answer", "state"), [(0, OK), (5, WARN), (None, OK)])
def test_clock(answer, state):
    finding = clock(lambda: answer)
    assert finding.state is state
    assert ("chrony" in finding.hint) is (state is WARN)


def test_this_system_can_be_asked_about_its_clock():
    assert clock().figures.get("synchronised") in {True, False, None}


def test_engines():
    assert engines({"litert": "2.1.0", "onnx": None}).what == "litert 2.1.0"
    lacking = engines({"litert": None})
    assert lacking.state is FAIL and "pip install" in lacking.hint
    assert "litert" in engines().figures["versions"]


def test_a_disk_is_timed_and_left_as_it_was(tmp_path):
    finding = disk("pictures", tmp_path)
    assert finding.check == "disk for pictures"
    assert finding.figures["free_mib"] > 0 and finding.figures["write_mib_s"] > 0
    assert finding.figures["slowest_commit_ms"] > 0
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_will_be_made_is_judged_by_where(tmp_path):
    assert disk("ledger", tmp_path / "a/b").figures["folder"] == str(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_cannot_be_written_fails():
    finding = disk("ledger", Path("/proc/none"))
    assert finding.state is FAIL and "/proc cannot be written" in finding.what


@pytest.mark.parametrize(
    ("free_mib", "commit_s", "state"),
    [(2000, 0.01, OK), (500, 0.01, WARN), (50, 0.01, FAIL), (2000, 0.3, WARN), (500, 1.5, FAIL)],
)
def test_little_room_and_a_slow_disk(tmp_path, monkeypatch, free_mib, commit_s, state):
    from edge.doctor import disk as module

    class Usage:
        free = free_mib * 2**20

    times = iter(range(100))
    monkeypatch.setattr(module.shutil, "disk_usage", lambda path: Usage)
    monkeypatch.setattr(module.time, "perf_counter", lambda: next(times) * commit_s)
    assert disk("ledger", tmp_path).state is state


def test_the_worst_finding_counts():
    assert worst([]) is OK
    assert (
        worst(
            [DeviceFinding("a", WARN, ""), DeviceFinding("b", FAIL, ""), DeviceFinding("c", OK, "")]
        )
        is FAIL
    )
