"""The camera that is wanted among those that are there, as the doctor finds it."""

from __future__ import annotations

import pytest

from edge.cameras.discovery import FoundCamera
from edge.doctor.cameras import cameras
from edge.doctor.finding import Severity

USB = [FoundCamera("0", "HD USB"), FoundCamera("aravis:Basler-1", "Basler acA at 10.0.0.2")]


@pytest.mark.parametrize(
    ("source", "found", "state", "says"),
    [
        ("simulated", [], Severity.OK, "none found"),
        ("simulated", USB, Severity.OK, "0 (HD USB), aravis:Basler-1 (Basler acA at 10.0.0.2)"),
        ("0", USB, Severity.OK, "0 (HD USB)"),
        ("/dev/video0", USB, Severity.OK, "HD USB"),
        ("3", USB, Severity.FAIL, "no camera 3; found: 0 (HD USB)"),
        ("/dev/video7", [], Severity.FAIL, "no camera /dev/video7; found: none"),
        ("aravis:Basler-1", USB, Severity.OK, ""),
        ("aravis:", USB, Severity.OK, ""),
        ("aravis:", USB[:1], Severity.FAIL, "no camera aravis:"),
        ("aravis:Other", USB, Severity.FAIL, "no camera aravis:Other"),
    ],
)
def test_the_camera_that_is_wanted_is_looked_for(source, found, state, says):
    finding = cameras(source, found)
    assert finding.state is state and says in finding.what
