"""No secret and no control character reaches the log."""

from __future__ import annotations

import pytest

from edge.core.redaction import escaped, hide, redacted


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("rtsp://me:s3cret@cam/1 is away", "rtsp://***@cam/1 is away"),
        ("rtsp://me:p@ss@cam:554/1", "rtsp://***@cam:554/1"),
        ("udp://127.0.0.1:5577 and a@b", "udp://127.0.0.1:5577 and a@b"),
        ("http://cam/frame@2x.png", "http://cam/frame@2x.png"),
        ("no address at all", "no address at all"),
    ],
)
def test_an_address_loses_its_user_and_password(text, shown):
    assert redacted(text) == shown


def test_hidden_values_are_left_out_the_longest_first():
    hide("hush")
    hide("hush-hush")
    assert redacted("hush-hush, hush!") == "***, ***!"


def test_a_value_too_short_to_be_told_from_words_stays():
    hide("")
    hide("al")
    assert redacted("the coil is whole, all of it") == "the coil is whole, all of it"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Å, µm: plain", "Å, µm: plain"),
        ("a\nb\r", "a\\nb\\r"),
        ("\x1b[2J", "\\x1b[2J"),
        ("\u202egpj.exe", "\\u202egpj.exe"),
        ("\u2028", "\\u2028"),
        ("\udcff.png", "\\udcff.png"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_what_cannot_be_printed_is_escaped(text, shown):
    assert escaped(text) == shown
