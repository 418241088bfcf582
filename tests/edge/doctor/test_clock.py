"""Whether the device's clock is set, as the doctor finds it."""

from __future__ import annotations

import pytest

from edge.doctor.clock import clock
from edge.doctor.finding import Severity

OK, WARN = Severity.OK, Severity.WARN


@pytest.mark.parametrize(("answer", "state"), [(0, OK), (5, WARN), (None, OK)])
def test_clock(answer, state):
    finding = clock(lambda: answer)
    assert finding.state is state
    assert ("chrony" in finding.hint) is (state is WARN)


def test_this_system_can_be_asked_about_its_clock():
    assert clock().figures.get("synchronised") in {True, False, None}
