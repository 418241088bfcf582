"""What the command's streams let through."""

from __future__ import annotations

import io
import sys

import click
import pytest

from edge.cli.console import ResultConsole, SafeConsole
from edge.cli.output_stream import OutputStream, guarded_output
from edge.core.redaction import HIDDEN, hide


@pytest.fixture
def beneath() -> io.StringIO:
    return io.StringIO()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain\tand\nmore", "plain\tand\nmore"),
        ("\x1b[2J\x07", "\\x1b[2J\\x07"),
        ("\x9b31m", "\\x9b31m"),
        ("a\rb", "a\\rb"),
        ("\u202eabc\u2069", "\\u202eabc\\u2069"),
        ("\udcdf", "\\udcdf"),
    ],
)
def test_what_a_terminal_obeys_is_escaped(text: str, shown: str, beneath: io.StringIO) -> None:
    OutputStream(beneath).write(text)
    OutputStream(beneath).writelines([text])
    assert beneath.getvalue() == shown * 2


def test_a_secret_is_hidden_whoever_writes(capsys: pytest.CaptureFixture[str]) -> None:
    hide("hush-hush")
    with guarded_output():
        sys.stdout.write("a hush-hush\n")
        click.echo("b hush-hush", err=True)
        sys.stderr.write("c hush-hush\n")
        SafeConsole().print("d hush-hush")
    out, err = capsys.readouterr()
    assert "hush" not in out + err
    assert (out + err).count(HIDDEN) == 4


def test_the_program_s_own_styles_reach_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    with guarded_output():
        stream = sys.stdout
        console = ResultConsole(force_terminal=True, color_system="standard", highlight=False)
        console.print("[red]x\x1b[2J[/]")
    assert isinstance(stream, OutputStream)
    shown = stream.beneath.getvalue()
    assert "\x1b[31m" in shown and "\x1b[2J" not in shown and "\\x1b[2J" in shown


def test_streams_are_as_before_afterwards() -> None:
    before = sys.stdout, sys.stderr
    with guarded_output(), guarded_output():
        assert isinstance(sys.stdout, OutputStream)
        assert not isinstance(sys.stdout.beneath, OutputStream)
    assert (sys.stdout, sys.stderr) == before
