"""A finding for programs, and the worst of several."""

from __future__ import annotations

from edge.doctor.finding import DeviceFinding, Severity, worst


def test_the_worst_finding_counts():
    states = (Severity.WARN, Severity.FAIL, Severity.OK)
    assert worst([]) is Severity.OK
    assert worst([DeviceFinding("a", state, "") for state in states]) is Severity.FAIL


def test_a_finding_for_programs():
    assert DeviceFinding("cpu", Severity.OK, "fast", figures={"cores": 2}).as_json() == {
        "check": "cpu",
        "state": "ok",
        "what": "fast",
        "hint": None,
        "figures": {"cores": 2},
    }
