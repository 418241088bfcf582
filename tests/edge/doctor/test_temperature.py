"""Heat, throttling and the clock governor, as the doctor finds them."""

from __future__ import annotations

import pytest

from edge.doctor.finding import Severity
from edge.doctor.temperature import governor, temperature, throttling
from tests.edge.doctor.device_files import tree

OK, WARN = Severity.OK, Severity.WARN

ZONE = "sys/class/thermal/thermal_zone"


@pytest.mark.parametrize(
    ("files", "state", "says"),
    [
        ({}, OK, "reports no temperature"),
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
            "slowed down from 95 °C",
        ),
        ({f"{ZONE}0/temp": "30000\n", f"{ZONE}1/temp": "90000\n"}, WARN, "thermal_zone1"),
        ({f"{ZONE}0/temp": "broken\n", f"{ZONE}1/temp": "-274000\n"}, OK, "reports no temperature"),
    ],
)
def test_temperature(tmp_path, files, state, says):
    finding = temperature(tree(tmp_path, files))
    assert finding.state is state and says in finding.what


PI = "sys/devices/platform/soc/soc:firmware/get_throttled"
CPU0 = "sys/devices/system/cpu/cpu0/cpufreq"


@pytest.mark.parametrize(
    ("files", "state", "says"),
    [
        ({}, OK, "not throttled"),
        ({PI: "0\n"}, OK, "not throttled"),
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
            "not throttled",
        ),
    ],
)
def test_throttling(tmp_path, files, state, says):
    finding = throttling(tree(tmp_path, files))
    assert finding.state is state and says in finding.what


@pytest.mark.parametrize(
    ("files", "state", "says"),
    [
        ({}, OK, "does not control"),
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
