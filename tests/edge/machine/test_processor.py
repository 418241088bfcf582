"""The processor's name, from the files of devices that it may meet."""

from __future__ import annotations

import platform

import pytest

from edge.machine.processor import cpu_model
from tests.edge.doctor.device_files import tree


@pytest.mark.parametrize(
    ("cpuinfo", "name"),
    [
        ("processor\t: 0\nmodel name\t: AMD EPYC 9354\n\nmodel name\t: other\n", "AMD EPYC 9354"),
        ("Features\t: fp\nModel\t\t: Raspberry Pi 4 Model B\n", "Raspberry Pi 4 Model B"),
        ("Features\t: fp\nHardware\t: BCM2835\n", "BCM2835"),
    ],
)
def test_it_is_the_first_that_the_kernel_names(tmp_path, cpuinfo, name):
    assert cpu_model(tree(tmp_path, {"proc/cpuinfo": cpuinfo})) == name


def test_the_board_is_named_where_the_processor_is_not(tmp_path):
    files = {"proc/cpuinfo": "Hardware\t: BCM2835\n", "proc/device-tree/model": "Pi 5\0"}
    assert cpu_model(tree(tmp_path, files)) == "Pi 5"


def test_a_system_that_tells_nothing_has_a_name_all_the_same(tmp_path):
    assert cpu_model(tmp_path) == (platform.processor() or platform.machine())
