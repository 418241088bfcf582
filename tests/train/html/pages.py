"""What the tests of every page ask of it."""

from __future__ import annotations

import re
from base64 import b64decode
from html.parser import HTMLParser

import cv2
import numpy as np

HOSTILE = '<script>alert("x")</script>\'&\x1b[2J\u202e'
"""A name that somebody else gave."""

INERT = "&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt;&#39;&amp;\\x1b[2J\\u202e"
"""The same as a page writes it."""

_VOID = {"img", "meta", "br"}
_LOADING = {"src", "href", "srcset", "action", "data", "poster", "background"}


class ParsedPage(HTMLParser):
    """A page, whose tags must be closed in turn.

    Attributes:
        outside: What it would load or run: addresses, scripts, handlers of events.
        pictures: Those that lie in it.
        words: Its text.
    """

    def __init__(self, page: str) -> None:
        super().__init__()
        self.outside: list[str] = []
        self.pictures: list[str] = []
        self.words = ""
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", page)
        assert not re.search(r"url\(|@import", page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            self._open.append(tag)
        if tag in {"script", "iframe", "object", "link"}:
            self.outside.append(tag)
        for name, value in attrs:
            if name.startswith("on"):
                self.outside.append(name)
            elif name in _LOADING and value:
                (self.pictures if value.startswith("data:image/") else self.outside).append(value)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self._open:
            self.words += data


def self_contained(page: str) -> ParsedPage:
    """The page, which needs nothing from outside, and whose pictures can be read."""
    parsed = ParsedPage(page)
    assert parsed.outside == []
    for picture in parsed.pictures:
        content = np.frombuffer(b64decode(picture.partition("base64,")[2]), np.uint8)
        assert cv2.imdecode(content, cv2.IMREAD_COLOR) is not None
    return parsed
