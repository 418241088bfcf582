"""The zone that is nearest the temperature at which it holds the processor back."""

from __future__ import annotations

from edge.machine.thermal import hottest_zone
from tests.edge.doctor.device_files import tree

ZONE = "sys/class/thermal/thermal_zone"


def test_a_cooler_zone_with_a_lower_limit_counts_before_a_hotter_one(tmp_path):
    files = {
        f"{ZONE}0/temp": "70000\n",
        f"{ZONE}0/type": "cpu\n",
        f"{ZONE}1/temp": "60000\n",
        f"{ZONE}1/type": "modem\n",
        f"{ZONE}1/trip_point_0_type": "passive\n",
        f"{ZONE}1/trip_point_0_temp": "65000\n",
        f"{ZONE}1/trip_point_1_type": "active\n",
        f"{ZONE}1/trip_point_1_temp": "40000\n",
    }
    assert hottest_zone(tree(tmp_path, files)) == (60.0, 65.0, "modem")


def test_without_a_limit_of_its_own_a_zone_has_the_usual_one(tmp_path):
    assert hottest_zone(tree(tmp_path, {f"{ZONE}0/temp": "47100\n"})) == (
        47.1,
        80.0,
        "thermal_zone0",
    )


def test_sensors_that_tell_no_temperature_are_left_out(tmp_path):
    files = {f"{ZONE}0/temp": "broken\n", f"{ZONE}1/temp": "-274000\n"}
    assert hottest_zone(tree(tmp_path, files)) is None
