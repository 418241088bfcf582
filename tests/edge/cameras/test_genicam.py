"""GenICam features by name, on a device that does as it likes."""

from __future__ import annotations

import pytest

from edge.cameras.genicam import set_features
from edge.core.errors import CameraError


class GcNode:
    """A feature that takes what it is given, or what ``taken`` says."""

    def __init__(self, taken=None):
        self.taken = taken
        self.value = None
        self.ran = False

    def set_value_from_string(self, text):
        self.value = text if self.taken is None else self.taken

    def get_value_as_string(self):
        return self.value


class GcCommand(GcNode):
    def execute(self):
        self.ran = True


class GcCategory:
    def __init__(self, *names):
        self.names = names

    def get_features(self):
        return self.names


class Device:
    def __init__(self, **nodes):
        self.nodes = nodes

    def get_feature(self, name):
        return self.nodes.get(name)


@pytest.mark.parametrize(
    ("value", "taken"),
    [
        (50, None),
        (50, "50.0"),
        (49.99, "50"),
        (True, "true"),
        (True, "1"),
        (False, "0"),
        ("Mono8", None),
    ],
)
def test_what_the_camera_took_is_enough(value, taken):
    set_features(Device(F=GcNode(taken)), {"F": value}, "cam")


@pytest.mark.parametrize(
    ("value", "taken"),
    [(50, "51"), (50.0, "52"), (True, "false"), ("Mono8", "Mono10"), (5, "five")],
)
def test_what_it_did_not_take_is_said(value, taken):
    with pytest.raises(CameraError, match=f"cam does not take F = .*; it has {taken}"):
        set_features(Device(F=GcNode(taken)), {"F": value}, "cam")


def test_a_command_is_run():
    command = GcCommand()
    set_features(Device(UserSetLoad=command), {"UserSetLoad": True}, "cam")
    assert command.ran


def test_a_name_that_is_nearly_right_is_put_right():
    device = Device(
        Root=GcCategory("Analog", "Exposure"),
        Analog=GcCategory("Gain"),
        Exposure=GcCategory("ExposureTime", "ExposureAuto"),
        Gain=GcNode(),
    )
    with pytest.raises(CameraError, match=r"cam has no feature ExposureTme\. .*ExposureTime"):
        set_features(device, {"Gain": 1, "ExposureTme": 5}, "cam")
    assert device.nodes["Gain"].value == "1"
