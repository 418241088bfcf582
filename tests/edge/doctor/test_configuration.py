"""A configuration that is right or wrong, as the doctor finds it."""

from __future__ import annotations

from edge.doctor.configuration import configuration
from edge.doctor.finding import Severity


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
