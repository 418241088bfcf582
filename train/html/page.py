"""Self-contained HTML pages from Jinja templates: no scripts, no URLs, embedded pictures.

A package keeps its page templates in its folder ``templates``. This package's own templates are
under ``html/``: ``html/base.html.j2`` is the layout of every page, and ``html/macros.html.j2`` has
tables, facts and pictures.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup

from edge.core.redaction import outgoing_lines
from train.html.number_formats import FILTERS


@dataclass(frozen=True, slots=True)
class EmbeddedImage:
    """A PNG or JPEG embedded in the page.

    Attributes:
        content: The file's bytes.
        alt: Alternative text.
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
    """Environment with the templates of a package and of this one; all values are escaped.

    Args:
        package: Import name of the package; it has a folder ``templates``.
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
    """The value as printed; an unprintable character is written as its code, ``\\x1b``."""
    if isinstance(value, Markup):
        return value
    return outgoing_lines(str(value))
