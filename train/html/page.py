"""Pieces of a self-contained HTML page: no script, no address, pictures embedded."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from html import escape

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #222; max-width: 1100px;
       margin: 2rem auto; padding: 0 1rem; }
h1 { margin-bottom: 0; } h2 { margin-top: 2.5rem; }
p.lead { color: #666; margin-top: .25rem; }
img { max-width: 100%; height: auto; display: block; margin: 1rem 0; }
table { border-collapse: collapse; margin: 1rem 0; font-size: .92rem; }
th, td { padding: .25rem .8rem; text-align: right; border-bottom: 1px solid #ddd; }
th:first-child, td:first-child { text-align: left; }
figure { margin: 0; overflow-x: auto; }
"""

NOTES_STYLE = """
p.note { color: #555; font-size: .92rem; max-width: 50rem; }
p.warning { background: #fff4d6; border-left: 4px solid #e69f00; padding: .5rem .8rem; }
"""
"""Of paragraphs that explain, and of those that warn."""


def page(title: str, lead: str, sections: Iterable[tuple[str, str]], *, style: str = "") -> str:
    """The whole page as text.

    Args:
        title: Of the page, plain text.
        lead: Paragraph under the title, HTML.
        sections: Heading, plain text, and content, HTML; one without content is left out.
        style: More CSS.
    """
    body = "".join(
        f"<section><h2>{escape(heading)}</h2>{content}</section>\n"
        for heading, content in sections
        if content
    )
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title><style>{STYLE}{style}</style></head>\n"
        f'<body><h1>{escape(title)}</h1><p class="lead">{lead}</p>\n{body}</body></html>\n'
    )


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; its cells are plain text, numbers with thousands separated."""
    head = "".join(f"<th>{escape(cell)}</th>" for cell in header)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(_cell(cell))}</td>" for cell in row) + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def facts(rows: Iterable[tuple[str, object]]) -> str:
    """A table without a head of what is so; names and values are plain text."""
    body = "".join(
        f"<tr><td>{escape(name)}</td><td>{escape(str(value))}</td></tr>" for name, value in rows
    )
    return f'<table class="facts">{body}</table>'


def image(picture: bytes, alt: str) -> str:
    """A PNG or JPEG within the page; ``alt`` is plain text."""
    kind = "png" if picture.startswith(b"\x89PNG") else "jpeg"
    return f'<img alt="{escape(alt)}" src="data:image/{kind};base64,{b64encode(picture).decode()}">'


def _cell(value: object) -> str:
    return f"{value:,}" if isinstance(value, int | float) else str(value)
