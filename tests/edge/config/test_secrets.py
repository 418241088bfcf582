"""Secrets stand in the environment or in files, and no message shows them."""

from __future__ import annotations

import pytest

from edge.config.read import FaultyConfigError, read_as
from tests.edge.config.models import Whole


def reading(tmp_path, text):
    path = tmp_path / "line.toml"
    path.write_text(text)
    return read_as(Whole, path)


def test_references_are_looked_up(tmp_path, monkeypatch):
    monkeypatch.setenv("CAMERA_PASSWORD", "s3cret")
    (tmp_path / "host").write_text("broker\nmore\n")
    config = reading(
        tmp_path,
        '[line]\npassword = "${env:CAMERA_PASSWORD}"\n[sink]\n'
        f'host = "a.${{file:{tmp_path}/host}}.b"\nmore = {{ x = "${{env:CAMERA_PASSWORD}}!" }}',
    )
    assert config.line.password.get_secret_value() == "s3cret"
    assert config.sink.host == "a.broker.b"
    assert config.sink.more == {"x": "s3cret!"}
    assert "s3cret" not in repr(config.line)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("${env:NO_SUCH_VARIABLE}", "`host` in [sink]: the variable NO_SUCH_VARIABLE is not set"),
        ("${file:/no/such}", "`host` in [sink]: /no/such cannot be read: No such file"),
        ("${file:/}", "`host` in [sink]: / cannot be read"),
    ],
)
def test_a_reference_that_leads_nowhere_is_a_fault_with_its_line(tmp_path, value, said):
    with pytest.raises(FaultyConfigError) as refused:
        reading(tmp_path, f'[line]\nspeed_m_s = 0\n[sink]\nhost = "{value}"\n')
    faults = refused.value.faults
    assert [fault.line for fault in faults] == [2, 4]
    assert said in faults[1].text


def test_what_a_reference_gave_is_checked_and_not_shown(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET", "s3cret")
    with pytest.raises(FaultyConfigError) as refused:
        reading(tmp_path, '[line]\naddress = "${env:SECRET}"\n')
    assert "`address` in [line] must match" in str(refused.value)
    assert "s3cret" not in str(refused.value)
