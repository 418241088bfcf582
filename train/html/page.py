"""Self-contained HTML pages from Jinja templates: no script, no address, pictures embedded.

A package that writes pages keeps their templates in its folder ``templates``. Those of this package
are there too, under ``html/``: ``html/base.html.j2`` is the frame of every page, and
``html/macros.html.j2`` has tables, facts and pictures.
"""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup

from train.html.words import FILTERS

_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
"""Control characters, those that turn the direction of text, and what UTF-8 cannot hold: a file
name may have any of them, and HTML none."""


@dataclass(frozen=True, slots=True)
class EmbeddedImage:
    """A PNG or JPEG that lies within the page.

    Attributes:
        content: The file's bytes.
        alt: What it shows, in words.
    """

    content: bytes
    alt: str

    @property
    def uri(self) -> str:
        """The picture as a ``data:`` URI."""
        kind = "png" if self.content.startswith(b"\x89PNG") else "jpeg"
        return f"data:image/{kind};base64,{b64encode(self.content).decode()}"


@cache
def page_environment(package: str) -> Environment:
    """Templates of a package and of this one; all that they are given is escaped.

    Args:
        package: Import name of the package, which has a folder ``templates``.
    """
    environment = Environment(
        loader=ChoiceLoader(
            [PrefixLoader({"html": PackageLoader("train.html")}), PackageLoader(package)]
        ),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(FILTERS)
    return environment


def _printable(value: Any) -> Any:
    """What a template prints; an unprintable character is written as its code, ``\\x1b``."""
    if isinstance(value, Markup):
        return value
    return _UNPRINTABLE.sub(_code, str(value))


def _code(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
