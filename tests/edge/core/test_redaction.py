"""No secret and no control character reaches the log."""

from __future__ import annotations

from unicodedata import is_normalized

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.core.redaction import (
    escaped,
    hide,
    hide_secrets,
    hide_secrets_in,
    redacted,
    without_secrets,
)


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


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Café.png", "Café.png"),
        ("Cafe\u0301.png", "Cafe\\u0301.png"),
        ("\u212b", "\\u212b"),
        ("\u1112\u1161\u11ab", "\u1112\\u1161\u11ab"),
        ("u\u031b\u0323x", "u\\u031b\\u0323x"),
        ("x\u0304", "x\u0304"),
    ],
)
def test_accents_written_apart_are_told_from_those_in_one_piece(text, shown):
    assert escaped(text) == shown


@given(one=st.text(max_size=12))
def test_what_is_shown_is_printable_and_in_one_form(one):
    shown = escaped(one)
    assert shown.isprintable()
    assert is_normalized("NFC", shown)


@pytest.mark.parametrize(
    ("field", "shown", "secret"),
    [
        ("rtsp://me:a/QxZwq77@h:554/x?token=t", "rtsp://h:554/x", "QxZwq77"),
        ("rtsp://me:QxZwq77/@h/x", "rtsp://h/x", "QxZwq77"),
        ("rtsp://me:a#b?QxZwq77@@h/x", "rtsp://h/x", "QxZwq77"),
        ("http://QxZwq77@h/x", "http://h/x", "QxZwq77"),
        ("http://h/x?channel=1&pwd=QxZwq77#top", "http://h/x", "QxZwq77"),
        (
            "gstreamer:rtspsrc location=rtsp://me:QxZwq77@h/x user-id=me ! appsink",
            "gstreamer:rtspsrc location=rtsp://***@h/x user-id=*** ! appsink",
            "QxZwq77",
        ),
        (
            "gstreamer:rtspsrc user-pw='Qx Zwq77' location=rtsp://h/x ! appsink",
            "gstreamer:rtspsrc user-pw='***' location=rtsp://h/x ! appsink",
            "Zwq77",
        ),
        ("watch:/frames", "watch:/frames", ""),
        ("/dev/video0", "/dev/video0", ""),
    ],
)
def test_a_field_loses_what_is_secret_and_so_does_every_text_after_it(field, shown, secret):
    assert without_secrets(field) == shown
    hide_secrets_in(field)
    if secret:
        for text in (f"host {secret} is unknown", f"{secret}: refused", repr(field)):
            assert secret not in redacted(text)


def test_secrets_are_known_by_their_key():
    hide_secrets({"mqtt": {"password": "QxZwq77", "password_file": "/etc/pw", "host": "broker"}})
    assert redacted("QxZwq77 from /etc/pw to broker") == "*** from /etc/pw to broker"


def test_a_part_of_a_password_is_hidden_as_a_word_alone():
    hide_secrets_in("rtsp://me:line/QxZwq77@h/x")
    assert redacted("millsight's lines; line: line") == "millsight's lines; ***: ***"


def test_other_encodings_of_a_secret_are_hidden():
    hide('Qx "Zwq/7')
    for text in ("Qx%20%22Zwq%2F7", 'Qx \\"Zwq/7', "Qx &quot;Zwq/7"):
        assert "Zwq" not in redacted(text)


@pytest.mark.parametrize(
    "name", ["/data/strip" + "_a" * 500, "key" + "_a" * 500, "_" * 1000, "a-" * 500]
)
def test_a_name_of_many_parts_is_looked_through_once(name: str) -> None:
    """Each way to cut it into parts would be tried: a lifetime for one of fifty."""
    hide_secrets_in(name)
    assert without_secrets(name) == name
    assert without_secrets(f"{name}_token=QxZwq77") == f"{name}_token=***"
