"""The reference pages for the command line and the configuration, written from the code.

Run it from the project's root after a command, an option or a configuration key has changed::

    .venv/bin/python docs/reference.py

``tests/docs/test_reference.py`` fails where a committed page is not what this gives. The pages
depend neither on the machine nor on the terminal, and TensorFlow is not loaded.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path, PurePath
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

import click
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from edge.cli import millsight
from edge.config import Config
from edge.config.example import toml
from edge.config.keys import keys_of, model_in

FOLDER = Path(__file__).parent / "reference"

_CLI_HEAD = """\
# Command reference

<!-- Written by docs/reference.py from the commands themselves: change them, not this page. -->

Every command and option, with the text of `millsight COMMAND --help`.
[Exit codes](../exit-codes.md) and [JSON output](../json.md) have pages of their own.

"""
_CONFIG_HEAD = """\
# Configuration reference

<!-- Written by docs/reference.py from the configuration's models: change them, not this page. -->

One TOML file configures the line: `millsight run --config line.toml`. `millsight config example`
prints a complete file with every key; `millsight config check FILE` reports everything that is
wrong with a file. Options of `millsight run` override the file. In any text, `${env:NAME}` stands
for an environment variable and `${file:PATH}` for the first line of a file: keep passwords there.

A section that is off has no effect until the file contains it. A default of – means that the key
has no value; the description says what happens then.

"""


def pages() -> dict[Path, str]:
    """Every generated page by its path."""
    return {FOLDER / "cli.md": cli_page(), FOLDER / "configuration.md": configuration_page()}


def commands(
    group: click.Command = millsight, name: str = "millsight"
) -> Iterator[tuple[str, click.Command, click.Context]]:
    """Every command with its full name, groups before what they hold."""
    context = click.Context(group, info_name=name, terminal_width=100, max_content_width=100)
    yield name, group, context
    if isinstance(group, click.Group):
        for word in group.list_commands(context):
            command = group.get_command(context, word)
            if command is not None and not command.hidden:
                yield from commands(command, f"{name} {word}")


def cli_page() -> str:
    """The page of every command."""
    return _CLI_HEAD + "\n".join(_command(*each) for each in commands())


def _command(name: str, command: click.Command, context: click.Context) -> str:
    usage = " ".join([name, *command.collect_usage_pieces(context)])
    parts = [f"## {name}", f"    {usage}", _prose(command.help or "")]
    if isinstance(command, click.Group):
        known = (
            (word, command.get_command(context, word)) for word in command.list_commands(context)
        )
        rows = [
            (f"[`{name} {word}`](#{slug(f'{name} {word}')})", _short(each))
            for word, each in known
            if each
        ]
        parts.append(_table(("command", "what it does"), rows))
    rows = [
        row for parameter in command.get_params(context) if (row := _option(parameter, context))
    ]
    if rows:
        parts.append(_table(("option", "value", "what it does"), rows))
    return "\n\n".join(part for part in parts if part) + "\n"


def _option(parameter: click.Parameter, context: click.Context) -> tuple[str, str, str] | None:
    """The row of an option; None for an argument, which the usage line names."""
    if not isinstance(parameter, click.Option) or parameter.hidden or "--help" in parameter.opts:
        return None
    names = ", ".join(f"`{name}`" for name in (*parameter.opts, *parameter.secondary_opts))
    value = "" if parameter.is_flag or parameter.count else parameter.make_metavar(context)
    value = _VALUES.get(value, f"`{value}`" if value else "")
    notes = "; ".join(_notes(parameter, context))
    return names, value, f"{parameter.help or ''} *({notes})*" if notes else parameter.help or ""


_VALUES: Mapping[str, str] = {
    "TEXT": "text",
    "PATH": "path",
    "FLOAT": "number",
    "FLOAT RANGE": "number",
    "INTEGER": "whole number",
    "INTEGER RANGE": "whole number",
}
"""What click calls a value, and what the page calls it."""


def _notes(option: click.Option, context: click.Context) -> Iterator[str]:
    """What goes without saying in the help text of an option."""
    if option.required:
        yield "required"
    if option.multiple:
        yield "may be given more than once"
    shown = option.get_help_extra(context)
    if "default" in shown and shown["default"] not in {"False", ""}:
        yield f"default: {shown['default'].strip('()')}"
    if "range" in shown:
        yield (
            shown["range"]
            .replace("<=", " ≤ ")
            .replace(">=", " ≥ ")
            .replace("x>", "x > ")
            .replace("<x", " < x")
            .replace("x<", "x < ")
        )
    variables = option.envvar
    if variables:
        named = [variables] if isinstance(variables, str) else variables
        yield f"environment variable: {', '.join(named)}"


def _short(command: click.Command) -> str:
    return command.get_short_help_str(limit=200)


def _prose(text: str) -> str:
    """A docstring as click reads it: paragraphs, and what stands behind a form feed left out."""
    paragraphs = inspect.cleandoc(text).partition("\f")[0].split("\n\n")
    return "\n\n".join(" ".join(paragraph.replace("\b", "").split()) for paragraph in paragraphs)


def configuration_page() -> str:
    """The page of every section and key."""
    sections = (
        _section(name, field.annotation, field.description or "")
        for name, field in keys_of(Config).items()
    )
    return _CONFIG_HEAD + "\n".join(sections)


def _section(name: str, annotation: Any, description: str) -> str:
    model = model_in(annotation)
    if model is None:
        raise TypeError(f"{name} is no section of the configuration")
    many = get_origin(annotation) is tuple
    about = description or _about(model)
    if many:
        about += " The section may stand in the file more than once."
    elif NoneType in get_args(annotation):
        about += " Off by default."
    keys = keys_of(model)
    inner = {key: field for key, field in keys.items() if model_in(field.annotation)}
    rows = [_key(key, field) for key, field in keys.items() if key not in inner]
    head = f"## {f'[[{name}]]' if many else f'[{name}]'}\n\n{about}\n\n"
    below = [
        _section(f"{name}.{key}", field.annotation, field.description or "")
        for key, field in inner.items()
    ]
    return "\n".join(
        [head + _table(("key", "value", "default", "what it sets"), rows) + "\n", *below]
    )


def _about(model: type[BaseModel]) -> str:
    first = " ".join((model.__doc__ or "").partition("\n\n")[0].split())
    text = re.sub(r"^``\[+\w+\]+``:?\s*", "", first).replace("``", "`")
    return text[:1].upper() + text[1:]


def _key(name: str, field: FieldInfo) -> tuple[str, str, str, str]:
    if field.is_required():
        default = "required"
    elif (value := field.get_default(call_default_factory=True)) is None:
        default = "–"
    else:
        default = f"`{toml(value)}`"
    kind = _kind(field.annotation)
    limits = _limits(field)
    return f"`{name}`", f"{kind}, {limits}" if limits else kind, default, field.description or ""


_KINDS: Mapping[type, str] = {
    bool: "true or false",
    int: "whole number",
    float: "number",
    str: "text",
}


def _kind(annotation: Any) -> str:
    """What may stand as the value, in words."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return " or ".join(f"`{toml(choice)}`" for choice in inner)
    if origin in {Union, UnionType}:
        return " or ".join(dict.fromkeys(_kind(each) for each in inner if each is not NoneType))
    if origin is tuple:
        return f"list ({_kind(inner[0])})"
    if origin is dict:
        return f"table ({_kind(inner[1])})"
    return _kind(inner[0]) if origin is not None else _plain_kind(annotation)


def _plain_kind(kind: type) -> str:
    if issubclass(kind, Enum):
        return " or ".join(f"`{toml(choice)}`" for choice in kind)
    return "path" if issubclass(kind, PurePath) else _KINDS.get(kind, "text")


_SIGNS = (("gt", ">"), ("ge", "≥"), ("lt", "<"), ("le", "≤"))


def _limits(field: FieldInfo) -> str:
    """The range of a number, as its field states it."""
    found = [
        f"{sign} {value:g}" if isinstance(value, float) else f"{sign} {value}"
        for rule in field.metadata
        for name, sign in _SIGNS
        if (value := getattr(rule, name, None)) is not None
    ]
    return " and ".join(found)


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def slug(heading: str) -> str:
    """The anchor of a heading, as GitHub and the site make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


if __name__ == "__main__":
    for path, text in pages().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
