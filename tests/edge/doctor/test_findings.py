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
from edge.doctor.finding import Finding, State


@pytest.mark.parametrize(
    ("name", "trust", "state", "hint"),
    [
        ("cold-strip", "shipped", State.OK, ""),
        ("simulated", "shipped", State.WARN, "trained on this line's frames"),
        ("cold-strip", UNSIGNED, State.WARN, "have it signed"),
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
    assert (finding.state, finding.what) == (State.FAIL, "x.millsight is cut off")
    assert finding.hint == "Copy it again"


USB = [FoundCamera("0", "HD USB"), FoundCamera("aravis:Basler-1", "Basler acA at 10.0.0.2")]


@pytest.mark.parametrize(
    ("source", "found", "state", "says"),
    [
        ("simulated", [], State.OK, "none found"),
        ("simulated", USB, State.OK, "0 (HD USB), aravis:Basler-1 (Basler acA at 10.0.0.2)"),
        ("0", USB, State.OK, "0 (HD USB)"),
        ("/dev/video0", USB, State.OK, "HD USB"),
        ("3", USB, State.FAIL, "no camera 3; found: 0 (HD USB)"),
        ("/dev/video7", [], State.FAIL, "no camera /dev/video7; found: none"),
        ("aravis:Basler-1", USB, State.OK, ""),
        ("aravis:", USB, State.OK, ""),
        ("aravis:", USB[:1], State.FAIL, "no camera aravis:"),
        ("aravis:Other", USB, State.FAIL, "no camera aravis:Other"),
    ],
)
def test_the_camera_that_is_wanted_is_looked_for(source, found, state, says):
    finding = cameras(source, found)
    assert finding.state is state and says in finding.what


def test_a_configuration(tmp_path):
    assert configuration(None).state is State.OK
    path = tmp_path / "c.toml"
    path.write_text("[line]\nspeed_m_s = 1\n")
    assert configuration(path).state is State.OK
    path.write_text("[line]\nspeed = 1\nx = 1\n")
    wrong = configuration(path)
    assert wrong.state is State.FAIL
    assert "2 faults" in wrong.what and "line 2" in wrong.what
    assert configuration(tmp_path / "none").state is State.FAIL


def test_a_finding_for_programs():
    assert Finding("cpu", State.OK, "fast", figures={"cores": 2}).as_json() == {
        "check": "cpu",
        "state": "ok",
        "what": "fast",
        "hint": None,
        "figures": {"cores": 2},
    }
