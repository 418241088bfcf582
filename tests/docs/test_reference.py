"""The reference pages are of today's code, and leave no command, option, key or code out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from typing import Any

import click
import pytest
from pydantic import BaseModel

from edge.config import Config
from edge.config.keys import keys_of, model_in
from edge.core import errors
from tests.docs.pages import DOCS, read


@pytest.fixture(scope="module")
def reference() -> Any:
    """``docs/reference.py``, which is a script and no part of a package."""
    spec = spec_from_file_location("reference", DOCS / "reference.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_committed_pages_are_those_of_the_code(reference):
    stale = [path.name for path, text in reference.pages().items() if read(path) != text]
    assert stale == [], "write them anew: .venv/bin/python docs/reference.py"


@pytest.mark.parametrize(
    ("name", "value"), [("COLUMNS", "40"), ("LANG", "C"), ("LC_ALL", "C"), ("TERM", "dumb")]
)
def test_the_pages_depend_on_no_terminal(reference, monkeypatch, name, value):
    before = reference.pages()
    monkeypatch.setenv(name, value)
    assert reference.pages() == before


def test_the_pages_depend_on_no_number_of_cores():
    rows = re.findall(r"^\| `--threads` .*", read(DOCS / "reference" / "cli.md"), re.MULTILINE)
    assert rows
    stated = ("default: as tuned", "default: 2, or 1 where there is one core")
    assert [row for row in rows if not any(words in row for words in stated)] == []


def test_every_command_and_option_has_a_text(reference):
    page = read(DOCS / "reference" / "cli.md")
    commands = list(reference.commands())
    assert len(commands) > 40
    for name, command, context in commands:
        section = page.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        assert section, f"{name} has no section"
        assert command.help, f"{name} has no text"
        for parameter in command.get_params(context):
            if isinstance(parameter, click.Argument):
                assert parameter.make_metavar(context).strip("[].") in section, (
                    f"{name} {parameter.name}"
                )
            elif "--help" not in parameter.opts and not parameter.hidden:
                assert f"`{parameter.opts[0]}`" in section, f"{name} {parameter.opts[0]}"
                assert parameter.help, f"{name} {parameter.opts[0]} has no text"


def sections(
    model: type[BaseModel] = Config, under: str = ""
) -> Iterator[tuple[str, type[BaseModel]]]:
    """Every section of the configuration by its name in the file."""
    for key, field in keys_of(model).items():
        if inner := model_in(field.annotation):
            yield f"{under}{key}", inner
            yield from sections(inner, f"{under}{key}.")


@pytest.mark.parametrize(("name", "model"), [*sections()], ids=[name for name, _ in sections()])
def test_every_configuration_key_has_a_text(name, model):
    page = read(DOCS / "reference" / "configuration.md")
    section = re.search(rf"^## \[+{re.escape(name)}\]+\n(.*?)(?=^## |\Z)", page, re.M | re.S)
    assert section, f"[{name}] has no section"
    for key, field in keys_of(model).items():
        if not model_in(field.annotation):
            assert f"| `{key}` |" in section[1], f"[{name}] {key}"
            assert field.description, f"[{name}] {key} has no text"


def test_every_exit_code_is_documented_and_no_other():
    classes = [each for each in vars(errors).values() if isinstance(each, type)]
    used = {each.exit_code for each in classes if issubclass(each, errors.MillsightError)}
    used |= {click.UsageError.exit_code, errors.INTERRUPTED_EXIT_CODE}
    page = read(DOCS / "exit-codes.md")
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", page, re.M)} == used
