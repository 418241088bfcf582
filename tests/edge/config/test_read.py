"""A configuration that is wrong is refused with file, line and key, everything at once."""

from __future__ import annotations

import pytest

from edge.config.read import FaultyConfigError, read_as
from edge.core.errors import ConfigError, MissingPathError
from tests.edge.config.models import Whole


def reading(tmp_path, text):
    path = tmp_path / "line.toml"
    path.write_text(text, encoding="utf-8")
    return read_as(Whole, path)


def test_a_file_is_read_with_what_it_leaves_out_at_its_default(tmp_path):
    config = reading(tmp_path, '[line]\nspeed_m_s = 3\n[[rule]]\nclass = "scratch"\n')
    assert (config.line.speed_m_s, config.line.order) == (3.0, "newest")
    assert [rule.class_name for rule in config.rule] == ["scratch"]
    assert config.sink is None
    assert reading(tmp_path, "") == Whole()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "[line]\n\n# slow\nsped_m_s = 1",
            "line 4: unknown key `sped_m_s` in [line]; did you mean `speed_m_s`?",
        ),
        ("[lin]\n", "line 1: unknown section [lin]; did you mean [line]?"),
        ("[zebra]\n", "line 1: unknown section [zebra]; there are line, rule, sink"),
        ("speed_m_s = 1", "line 1: `speed_m_s` is outside of any section; it belongs in [line]"),
        ("[line]\nhost = 1", "line 2: unknown key `host` in [line]; it belongs in [sink]"),
        ("[line.faults]\nxyz = 1", "line 2: unknown key `xyz` in [line.faults]; there are `drop`"),
        ("[line]\nspeed_m_s = 0", "line 2: `speed_m_s` in [line] must be greater than 0, not 0"),
        ('[line]\nspeed_m_s = "5"', 'line 2: `speed_m_s` in [line] must be a number, not "5"'),
        ("[line]\nspeed_m_s = true", "must be a number, not true"),
        ("[line]\nframes = 1.5", "line 2: `frames` in [line] must be a whole number, not 1.5"),
        (
            '[line]\norder = "oldest"',
            'line 2: `order` in [line] must be "newest" or "in-order", not "oldest"',
        ),
        ("[line]\n\nframes = 7", "line 1: [line]: frames = 7 needs luck"),
        ("line = 3", "line 1: [line] must be a section, not 3"),
        ("[sink]\n", "line 1: `host` is missing in [sink]"),
        (
            '[[rule]]\nclass = "a"\n[[rule]]\nfolder = "/x"',
            "line 3: `class` is missing in [[rule]] number 2",
        ),
        ("[[rule]]\nclass = 1", "line 2: `class` in [[rule]] number 1 must be text in quotes"),
        ('[sink]\nhost = "a"\nlimits = [\n1,\n"x"]', "line 3: `limits` in [sink] must be a whole"),
        ('[line.faults]\ndrop = "x"', 'line 2: `drop` in [line.faults] must be a number, not "x"'),
        ("[line]\nspeed_m_s = ", "line 2: Invalid value, at the end of the file"),
        ("[line]\nframes = 1\nframes = 2", "line 3: Cannot overwrite a value"),
        ("a = 1 b = 2", "line 1: Expected newline or end of document after a statement"),
        ("[line", "line 1: "),
        ("\n[line]\nframes == 1\n", "line 3: Invalid value, at column 9"),
    ],
)
def test_each_fault_has_its_line_and_key(tmp_path, text, said):
    with pytest.raises(FaultyConfigError) as refused:
        reading(tmp_path, text)
    [fault] = refused.value.faults
    assert said in str(fault)
    assert str(tmp_path / "line.toml") in str(refused.value)
    assert "millsight config example" in refused.value.hint


def test_all_faults_are_known_at_once_in_their_order(tmp_path):
    with pytest.raises(FaultyConfigError) as refused:
        reading(tmp_path, '[sink]\nhots = "a"\n[line]\nspeed_m_s = -1\nframes = 0\n[other]\n')
    lines = [fault.line for fault in refused.value.faults]
    assert lines == [1, 2, 4, 5, 6]
    assert "line 1" in refused.value.what and "4 more: millsight config check" in refused.value.what


@pytest.mark.parametrize(
    "text",
    [
        '[line]\npassword = ["s3cret"]',
        '[line]\npassword = 98765\naddress = "rtsp://me:s3cret@host"',
        '[line]\npasswrd = "s3cret"',
    ],
)
def test_no_fault_repeats_what_may_be_secret(tmp_path, text):
    with pytest.raises(FaultyConfigError) as refused:
        reading(tmp_path, text)
    said = " ".join(map(str, refused.value.faults)) + str(refused.value)
    assert "s3cret" not in said and "98765" not in said


def test_what_cannot_be_read_is_said(tmp_path):
    with pytest.raises(MissingPathError, match="config example"):
        read_as(Whole, tmp_path / "none.toml")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_as(Whole, tmp_path)
    (tmp_path / "latin.toml").write_bytes(b'[line]\naddress = "\xe9"\n')
    with pytest.raises(ConfigError, match="not UTF-8 text"):
        read_as(Whole, tmp_path / "latin.toml")


def test_a_mark_before_the_text_is_passed_over(tmp_path):
    path = tmp_path / "line.toml"
    path.write_bytes(b"\xef\xbb\xbf[line]\r\nspeed_m_s = 3\r\n")
    assert read_as(Whole, path).line.speed_m_s == 3.0
    path.write_bytes(b"\xef\xbb\xbf[line]\r\n\r\nsped_m_s = 3\r\n")
    with pytest.raises(FaultyConfigError, match="line 3: unknown key `sped_m_s`"):
        read_as(Whole, path)


@pytest.mark.parametrize(
    "number",
    [
        "9" * 5000,
        "-" + "9" * 5000,
        str(2**63),
        "1_" * 3000 + "1",
        "0x" + "f" * 9000,
        "[1, " + "8" * 6000 + "]",
    ],
)
def test_a_number_of_thousands_of_digits_is_a_fault_of_its_line(tmp_path, number):
    with pytest.raises(FaultyConfigError, match=r"line 2: .*is too large"):
        reading(tmp_path, f"[line]\nspeed_m_s = {number}\n")


@pytest.mark.parametrize("text", ["a = " + "[" * 5000, "a = " + "{b=" * 5000, "a" + ".a" * 5000])
def test_what_is_nested_without_end_is_a_fault(tmp_path, text):
    with pytest.raises(FaultyConfigError):
        reading(tmp_path, text + "\n")


def test_other_encodings_are_named(tmp_path):
    path = tmp_path / "line.toml"
    for encoding in ("utf-16", "latin-1"):
        path.write_text("# ä\n[line]\n", encoding=encoding)
        with pytest.raises(ConfigError, match="is not UTF-8 text"):
            read_as(Whole, path)
