"""Reads the configuration; reports every fault with its line and key."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from edge.config.error_text import describe, named
from edge.config.locate import Key, closest, locate
from edge.config.secrets import resolve
from edge.core.errors import ConfigError, MissingPathError
from edge.core.redaction import hide_secrets
from edge.core.regular_files import read_regular

_HINT = "All keys with their units: millsight config example"

_TOO_LARGE = "is too large: whole numbers have 64 bits"
_ENDLESS = re.compile(r"(?<!\w)[+-]?(?:0x)?[0-9a-fA-F_]{1000,}(?!\w)")

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class ConfigFault:
    """One fault in a file.

    Attributes:
        line: Line number, from 1.
        text: The fault with its key, in one line.
    """

    line: int
    text: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.text}"


class FaultyConfigError(ConfigError):
    """A configuration file with faults.

    Attributes:
        path: The file.
        faults: All faults, in the order of lines.
    """

    def __init__(self, path: Path, faults: list[ConfigFault]) -> None:
        more = f" ({len(faults) - 1} more: millsight config check {path})" if faults[1:] else ""
        super().__init__(f"{path}, {faults[0]}{more}", _HINT)
        self.path = path
        self.faults = faults


def read_as(model: type[Model], path: Path) -> Model:
    """Read a TOML file as ``model``.

    Raises:
        MissingPathError: There is no such file.
        FaultyConfigError: It is not TOML, or a key is unknown, missing or out of range.
        ConfigError: It cannot be read.
    """
    text = _text(path)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FaultyConfigError(path, [_syntax(error, text)]) from None
    except RecursionError:
        fault = ConfigFault(1, "arrays or tables are nested too deeply")
        raise FaultyConfigError(path, [fault]) from None
    except ValueError:
        # Python turns no more than 4,300 digits into a number.
        raise FaultyConfigError(path, [_endless_number(text)]) from None
    faults: dict[Key, str] = {}

    def complain(key: Key, what: str) -> None:
        faults[key] = f"{named(key)}: {what}"

    document = resolve(data, complain)
    hide_secrets(document)
    if large := list(_large_numbers(data)):
        lines = locate(text)
        found = [ConfigFault(closest(lines, key), f"{named(key)} {_TOO_LARGE}") for key in large]
        raise FaultyConfigError(path, found)
    resolved = json.dumps(document, default=str)
    try:
        # Strict JSON fits TOML: a path is a string; a number in quotes or `true` is no number.
        read = model.model_validate_json(resolved, strict=True)
    except ValidationError as error:
        faults = _faults(model, data, error) | faults
    if faults:
        lines = locate(text)
        placed = [ConfigFault(closest(lines, key), what) for key, what in faults.items()]
        raise FaultyConfigError(path, sorted(placed, key=lambda fault: fault.line))
    return read


def _text(path: Path) -> str:
    try:
        # Notepad puts a mark before the text (BOM).
        return read_regular(path).decode("utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError:
        raise MissingPathError(
            f"there is no file {path}", f"Begin with: millsight config example > {path.name}"
        ) from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8 text: byte {error.start}", _HINT) from None
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read: {error.strerror}", "Check its permissions"
        ) from None


def _syntax(error: tomllib.TOMLDecodeError, text: str) -> ConfigFault:
    """Read the place from the error: its message ends with ``(at line 3, column 7)``.

    At the end it is ``(at end of document)``.
    """
    what, _, place = str(error).rpartition(" (at ")
    words = place.rstrip(")").split()
    if words[:1] != ["line"]:
        return ConfigFault(text.count("\n") + 1, f"{what}, at the end of the file")
    return ConfigFault(int(words[1].rstrip(",")), f"{what}, at column {words[-1]}")


def _large_numbers(part: Any, key: Key = ()) -> Iterator[Key]:
    """Where whole numbers are that have more than TOML's 64 bits."""
    if isinstance(part, int) and not -(2**63) <= part < 2**63:
        yield key
    elif isinstance(part, dict):
        for name, value in part.items():
            yield from _large_numbers(value, (*key, name))
    elif isinstance(part, list):
        for index, value in enumerate(part):
            yield from _large_numbers(value, (*key, index))


def _endless_number(text: str) -> ConfigFault:
    found = _ENDLESS.search(text)
    line = text.count("\n", 0, found.start()) + 1 if found else 1
    return ConfigFault(line, f"a number {_TOO_LARGE}")


def _faults(model: type[BaseModel], data: dict[str, Any], error: ValidationError) -> dict[Key, str]:
    faults: dict[Key, str] = {}
    for detail in error.errors(include_url=False):
        key, given = _reached(data, detail["loc"])
        # A value that fits none of several types is one fault, not one for each type.
        faults.setdefault(
            (*key, detail["loc"][-1]) if detail["type"] == "missing" else key,
            describe(model, key, detail, given),
        )
    return faults


def _reached(data: Any, place: Key) -> tuple[Key, Any]:
    """The part of an error's place that exists in the file, and the value there.

    The rest of the place names one of several types, or the missing key.
    """
    key: Key = ()
    for part in place:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            break
        key = (*key, part)
    return key, data
