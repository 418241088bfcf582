"""The messages that the page of troubleshooting explains are messages of the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest

from tests.docs.pages import DOCS, ROOT, read

PACKAGES = ("edge", "train", "export")


@cache
def texts() -> frozenset[str]:
    """Every constant part of every string in the code."""
    trees = (
        ast.parse(read(path)) for package in PACKAGES for path in (ROOT / package).rglob("*.py")
    )
    nodes = (node for tree in trees for node in ast.walk(tree))
    return frozenset(
        node.value
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def messages() -> Iterator[str]:
    """The messages that the page's tables begin with."""
    page = read(DOCS / "troubleshooting.md").partition("## What no message says")[0]
    yield from re.findall(r"^\| `([^`]+)`", page, re.MULTILINE)


def unknown(message: str) -> list[str]:
    """The fixed parts of a message that stand nowhere in the code."""
    parts = [part.strip() for part in message.split("…")]
    return [part for part in parts if part and not any(part in text for text in texts())]


@pytest.mark.parametrize("message", messages())
def test_a_message_is_one_of_the_code(message):
    assert unknown(message) == []


def test_a_message_that_was_reworded_is_found():
    assert unknown("the … are not what they were in any version") != []
    assert len([*messages()]) > 80
