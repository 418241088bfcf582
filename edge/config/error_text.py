"""Messages about faults in the configuration, for the person who wrote it."""

from __future__ import annotations

import json
import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from edge.config.keys import keys_of, model_at, sections_of

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from edge.config.locate import Key

_WANTED = {
    "float_type": "a number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "string_type": 'text in quotes, as in "text"',
    "bool_type": "true or false",
    "model_type": "a section",
    "tuple_type": "a list",
    "finite_number": "a finite number",
}
_SECRET = re.compile(r"password|secret|token|key", re.IGNORECASE)
_LONG = 40
"""Most characters of a value that is quoted in a message."""


def describe(model: type[BaseModel], key: Key, detail: ErrorDetails, given: Any) -> str:
    """One line about one of pydantic's errors.

    Args:
        model: Model of the whole file.
        key: Key of the fault, as far as the file has it.
        detail: The error.
        given: The value in the file.
    """
    kind, place = detail["type"], detail["loc"]
    if kind == "extra_forbidden":
        return _unknown(model, key)
    if kind == "missing":
        return f"`{place[-1]}` is missing in {_section(key)}"
    if kind == "value_error":
        where = _section(key) if model_at(model, key) else named(key)
        return f"{where}: {detail['msg'].removeprefix('Value error, ')}"
    if kind in _WANTED:
        wanted = f"must be {_WANTED[kind]}"
    else:
        wanted = re.sub(r"^\w+ should", "must", detail["msg"]).replace("'", '"')
    return f"{named(key)} {wanted}{_instead(key, given)}"


def _unknown(model: type[BaseModel], key: Key) -> str:
    around = model_at(model, key[:-1])
    known = list(keys_of(around)) if around else []
    name = str(key[-1])
    if len(key) == 1:
        return _unknown_at_root(model, name, known)
    near = get_close_matches(name, known, n=1)
    homes = [section for section, keys in sections_of(model) if name in keys_of(keys)]
    if near:
        hint = f"; did you mean `{near[0]}`?"
    elif homes:
        hint = f"; it belongs in [{homes[0]}]"
    else:
        hint = f"; there are {', '.join(f'`{each}`' for each in known)}"
    return f"unknown key `{name}` in {_section(key[:-1])}{hint}"


def _unknown_at_root(model: type[BaseModel], name: str, known: list[str]) -> str:
    if homes := [section for section, keys in sections_of(model) if name in keys_of(keys)]:
        return f"`{name}` is outside of any section; it belongs in [{homes[0]}]"
    near = get_close_matches(name, known, n=1)
    hint = f"did you mean [{near[0]}]?" if near else f"there are {', '.join(known)}"
    return f"unknown section [{name}]; {hint}"


def _section(key: Key) -> str:
    names = ".".join(str(part) for part in key if not isinstance(part, int))
    numbers = [part for part in key if isinstance(part, int)]
    if not names:
        return "the file"
    return f"[[{names}]] number {numbers[0] + 1}" if numbers else f"[{names}]"


def named(key: Key) -> str:
    """A key with its section; for an element of a list, the key of the list."""
    names = [index for index, part in enumerate(key) if not isinstance(part, int)]
    last = names[-1]
    return f"`{key[last]}` in {_section(key[:last])}" if last else f"[{key[0]}]"


def _instead(key: Key, given: Any) -> str:
    """The given value, unless it may be secret or is long."""
    if any(_SECRET.search(str(part)) for part in key) or not isinstance(given, str | int | float):
        return ""
    shown = json.dumps(given, ensure_ascii=False)
    return f", not {shown}" if len(shown) <= _LONG and "@" not in shown else ""
