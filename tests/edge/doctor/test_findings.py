"""Bundle, cameras and configuration, as the doctor finds them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edge.bundle import load_bundle, shipped_bundle
from edge.bundle.load import UNSIGNED
from edge.cameras.discovery import FoundCamera
from edge.core.errors import BundleError
from edge.doctor.bundle import bundle
from edge.doctor.cameras import cameras
from edge.doctor.configuration import configuration
from edge.doctor.finding import DeviceFinding, Severity


@pytest.mark.parametrize(
    ("name", "trust", "state", "hint"),
    [
        ("cold-strip", "shipped", Severity.OK, ""),
        ("simulated", "shipped", Severity.WARN, "trained on this line's frames"),
        ("cold-strip", UNSIGNED, Severity.WARN, "have it signed"),
    ],
)
def test_a_bundle_with_its_trust(name, trust, state, hint):
    opened = replace(load_bundle(shipped_bundle(name)), trust=trust)
    finding = bundle(lambda: opened)
    assert finding.state is state
    assert name in finding.what and hint in finding.hint
    assert finding.figures["trust"] == trust


def test_a_bundle_that_does_not_open_fails():
    def load():
        raise BundleError("x.millsight is cut off", "Copy it again")

    finding = bundle(load)
    assert (finding.state, finding.what) == (Severity.FAIL, "x.millsight is cut off")
    assert finding.hint == "Copy it again"


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


def test_a_configuration(tmp_path):
    assert configuration(None).state is Severity.OK
    path = tmp_path / "c.toml"
    path.write_text("[line]\nspeed_m_s = 1\n")
    assert configuration(path).state is Severity.OK
    path.write_text("[line]\nspeed = 1\nx = 1\n")
    wrong = configuration(path)
    assert wrong.state is Severity.FAIL
    assert "2 faults" in wrong.what and "line 2" in wrong.what
    assert configuration(tmp_path / "none").state is Severity.FAIL


def test_a_finding_for_programs():
    assert DeviceFinding("cpu", Severity.OK, "fast", figures={"cores": 2}).as_json() == {
        "check": "cpu",
        "state": "ok",
        "what": "fast",
        "hint": None,
        "figures": {"cores": 2},
    }
