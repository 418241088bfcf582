"""References to values outside of the file: ``${env:NAME}`` and ``${file:PATH}`` in any text.

A camera's address can thus contain a password that is not in the configuration. All such values are
hidden in the log.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from edge.config.locate import Key
from edge.core.redaction import hide
from edge.core.regular_files import read_regular

_REFERENCE = re.compile(r"\$\{(env|file):([^}]+)\}")

Complain = Callable[[Key, str], None]


def resolve(data: Any, complain: Complain, key: Key = ()) -> Any:
    """A document with each reference in its texts replaced by its value.

    Args:
        data: The document, as ``tomllib`` returns it.
        complain: Called for each reference that cannot be resolved; its text is kept.
        key: Key of ``data`` in the document.
    """
    if isinstance(data, dict):
        return {name: resolve(value, complain, (*key, name)) for name, value in data.items()}
    if isinstance(data, list):
        return [resolve(value, complain, (*key, i)) for i, value in enumerate(data)]
    if not isinstance(data, str):
        return data

    def looked_up(reference: re.Match[str]) -> str:
        kind, name = reference.groups()
        try:
            value = read_secret(Path(name)) if kind == "file" else os.environ[name]
        except KeyError:
            complain(key, f"the variable {name} is not set")
        except OSError as error:
            complain(key, f"{name} cannot be read: {error.strerror}")
        except UnicodeDecodeError:
            complain(key, f"{name} is not UTF-8 text")
        else:
            hide(value)
            return value
        return reference[0]

    return _REFERENCE.sub(looked_up, data)


def read_secret(path: Path) -> str:
    """A file's first line.

    Raises:
        OSError: It is no regular file, or cannot be read.
        UnicodeDecodeError: It is no text in UTF-8.
    """
    return read_regular(path).decode("utf-8").partition("\n")[0].rstrip("\r")
