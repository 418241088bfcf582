"""Small files of the kernel: their text, their numbers, and files that are not there."""

from __future__ import annotations

import pytest

from edge.machine.kernel_files import fields, number, read


def test_text_comes_without_what_the_kernel_ends_it_with(tmp_path):
    (tmp_path / "model").write_bytes(b"Pi 5\0\n")
    assert read(tmp_path / "model") == "Pi 5"
    assert read(tmp_path / "none") is None
    assert read(tmp_path) is None


@pytest.mark.parametrize(
    ("text", "base", "value"),
    [("47100\n", 10, 47100), ("-5", 10, -5), ("50005", 16, 0x50005), ("max", 10, None)],
)
def test_a_number_is_one_or_none(tmp_path, text, base, value):
    (tmp_path / "n").write_text(text)
    assert number(tmp_path / "n", base=base) == value
    assert number(tmp_path / "none", base=base) is None


def test_of_fields_that_come_again_the_first_counts():
    assert fields("a : 1\nno field\n\na : 2\nb\t: x: y\n") == {"a": "1", "b": "x: y"}
    assert fields(None) == {}
