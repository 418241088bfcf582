"""Generates an example configuration with every key explained, from the models."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator
from enum import Enum
from pathlib import PurePath
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from edge.config.keys import keys_of, model_in

_WIDTH = 98
_HEAD = """\
# millsight's configuration: every section and key.
#
# A key without # shows its default. A key behind # has no default and shows an example.
# A section behind # is off: remove the # before its name and before the keys that you change.
# Options of `millsight run` override this file. In any text, ${env:NAME} is replaced by an
# environment variable and ${file:PATH} by a file's first line: use them for passwords.
# Check the file with: millsight config check FILE
"""


def example_of(model: type[BaseModel]) -> str:
    """A TOML document with every section and key of ``model``, its units and defaults."""
    sections = [_section(name, field.annotation, "") for name, field in model.model_fields.items()]
    return "\n".join([_HEAD, *sections])


def _section(name: str, annotation: Any, description: str) -> str:
    """A section, followed by its subsections."""
    section = model_in(annotation)
    if section is None:
        raise TypeError(f"{name} is no section")
    many = get_origin(annotation) is tuple
    off = many or NoneType in get_args(annotation)
    keys = keys_of(section)
    inner = {key: field for key, field in keys.items() if model_in(field.annotation)}
    parts = [
        _comment(description or _about(section)),
        f"{'#' * off}{f'[[{name}]]' if many else f'[{name}]'}\n",
        *(_key(key, field, off) for key, field in keys.items() if key not in inner),
    ]
    for key, field in inner.items():
        parts += ["\n", _section(f"{name}.{key}", field.annotation, field.description or "")]
    return "".join(parts)


def _key(name: str, field: FieldInfo, off: bool) -> str:
    given = not field.is_required() and field.default is not None
    value = field.get_default(call_default_factory=True) if given else _sample(field)
    mark = "" if given and not off else "#"
    return f"{_comment(_described(field))}{mark}{name} = {toml(value)}\n"


def _about(section: type[BaseModel]) -> str:
    """The first paragraph of its docstring, without the section's name."""
    first = " ".join((section.__doc__ or "").partition("\n\n")[0].split())
    text = re.sub(r"^``\[+\w+\]+``:?\s*", "", first).replace("``", "`")
    return text[:1].upper() + text[1:]


def _described(field: FieldInfo) -> str:
    text = field.description or ""
    choices = [toml(choice) for choice in _choices(field.annotation)]
    if choices:
        text += f" One of {', '.join(choices)}."
    if field.is_required():
        text += " Must be given."
    return text


def _comment(text: str) -> str:
    lines = textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False)
    return "".join(f"# {line}\n" for line in lines)


def _choices(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) is Literal:
        yield from get_args(annotation)
    elif isinstance(annotation, type) and issubclass(annotation, Enum):
        yield from annotation
    else:
        for each in get_args(annotation):
            yield from _choices(each)


def _sample(field: FieldInfo) -> Any:
    if not field.examples:
        raise TypeError(f"a field without a default needs an example: {field.description}")
    return field.examples[0]


def toml(value: Any) -> str:
    """A plain value in TOML syntax."""
    match value:
        case Enum():
            return toml(value.value)
        case PurePath():
            return toml(str(value))
        case str() | bool() | int() | float():
            return json.dumps(value, ensure_ascii=False)
        case list() | tuple():
            return f"[{', '.join(map(toml, value))}]"
        case dict():
            return f"{{ {', '.join(f'{key} = {toml(each)}' for key, each in value.items())} }}"
    raise TypeError(f"{value!r} has no form in TOML")
