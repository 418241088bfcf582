"""Command lines in the documents name commands and options that there are."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from edge.cli import millsight
from tests.docs.pages import code_blocks, documents, named, prose, read

_END = {"|", "||", "&&", ";", ">", ">>", "<", "2>", "2>&1", "&", "done"}
"""Words at which a shell ends a command or its arguments."""


def command_lines(path: Path) -> Iterator[str]:
    """Every line of the document that runs millsight."""
    text = read(path)
    for block in code_blocks(text):
        for line in re.sub(r"\\\n\s*", " ", block).splitlines():
            if found := re.search(r"(?:^|\$ |sudo |; do |&& |\S/bin/)(millsight .*)", line.strip()):
                yield found[1]
    for inline in re.findall(r"`([^`]+)`", prose(text)):
        if inline.startswith("millsight ") and inline.split()[1].islower():
            yield " ".join(inline.split())


def words(line: str) -> list[str]:
    """The words of a command line after ``millsight``, as the shell would give them."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;<>")
    lexer.whitespace_split, lexer.commenters = True, "#"
    found = list(lexer)
    end = next((at for at, word in enumerate(found) if word in _END), len(found))
    return found[1:end]


def fault(line: str) -> str | None:
    """What is wrong with a command line: an unknown command or option; None where nothing is."""
    command: click.Command = millsight
    context = click.Context(command, info_name="millsight", **command.context_settings)
    given = words(line)
    while isinstance(command, click.Group) and given and not given[0].startswith("-"):
        if given[0].isupper() or given[0] == "…":
            return None
        found = command.get_command(context, given[0])
        if found is None:
            return f"{line}: no command {given[0]}"
        command, given = found, given[1:]
        context = click.Context(command, parent=context, info_name=command.name)
    options = {
        name for each in command.get_params(context) for name in (*each.opts, *each.secondary_opts)
    }
    for word in given:
        name = word.partition("=")[0]
        if re.match(r"--?[a-z]", name) and name not in options:
            return f"{line}: no option {name}"
    return None


@pytest.mark.parametrize("path", documents(), ids=named)
def test_command_lines_name_what_there_is(path):
    faults = [found for line in command_lines(path) if (found := fault(line))]
    assert faults == []


def test_the_documents_show_many_commands():
    lines = [line for path in documents() for line in command_lines(path)]
    assert len(lines) > 100


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("millsight run --camera 0 --frames 3 > log", None),
        ("millsight bundle sign FILE --key mill.key.pem  # once", None),
        ("millsight COMMAND --help", None),
        ("millsight runs", "no command runs"),
        ("millsight ledger query --lenght 3", "no option --lenght"),
    ],
)
def test_what_is_wrong_with_a_line(line, what):
    found = fault(line)
    assert (found is None) == (what is None)
    assert what is None or found.endswith(what)
