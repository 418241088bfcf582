"""Settings of USB cameras: what the camera did not take is said."""

from __future__ import annotations

import cv2
import pytest

from edge.cameras.usb_settings import UsbSettings
from edge.core.errors import CameraError

ALL = {"width": 640, "height": 64, "fps": 60.0, "pixel_format": "GREY", "exposure_ms": 0.5}


class FakeDevice:
    """Takes settings as V4L2 drivers do: some rounded, some not at all."""

    def __init__(self, **stubborn):
        self.values = {}
        self.order = []
        self.stubborn = {getattr(cv2, f"CAP_PROP_{key}"): value for key, value in stubborn.items()}

    def set(self, prop, value):
        self.order.append(prop)
        self.values[prop] = self.stubborn.get(prop, value)
        return prop not in self.stubborn

    def get(self, prop):
        return float(self.values.get(prop, 0))


def test_a_camera_is_set_format_first_and_exposure_by_hand():
    device = FakeDevice()
    UsbSettings(**ALL).apply(device, "camera 0")
    assert device.order[0] == cv2.CAP_PROP_FOURCC
    assert device.values[cv2.CAP_PROP_EXPOSURE] == 5
    assert device.values[cv2.CAP_PROP_AUTO_EXPOSURE] == 1


def test_nothing_is_touched_that_was_not_asked_for():
    device = FakeDevice()
    UsbSettings().apply(device, "camera 0")
    assert device.order == []


@pytest.mark.parametrize(
    ("stubborn", "told"),
    [
        ({"FRAME_WIDTH": 720}, "does not take width = 640; it has 720"),
        ({"FRAME_HEIGHT": 480}, "does not take height = 64; it has 480"),
        ({"FPS": 30.0}, "does not take fps = 60; it has 30"),
        ({"FOURCC": cv2.VideoWriter.fourcc(*"YUYV")}, "pixel_format = GREY; it has YUYV"),
        ({"EXPOSURE": 100.0}, "exposure_ms = 0.5; it has 10"),
    ],
)
def test_what_a_camera_does_not_take_is_said(stubborn, told):
    with pytest.raises(CameraError, match=told) as error:
        UsbSettings(**ALL).apply(FakeDevice(**stubborn), "camera 0")
    assert "v4l2-ctl" in error.value.hint


def test_a_rate_may_be_rounded_a_little():
    UsbSettings(**ALL).apply(FakeDevice(FPS=59.94, EXPOSURE=4.8), "camera 0")
