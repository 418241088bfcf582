"""The examples in docstrings are true."""

from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path

import pytest

import edge

_ROOT = Path(edge.__file__).parent
_MODULES = sorted(
    ".".join(("edge", *path.relative_to(_ROOT).with_suffix("").parts))
    for path in _ROOT.rglob("*.py")
    if "    >>> " in path.read_text("utf-8")
)


@pytest.mark.parametrize("name", _MODULES)
def test_the_examples_give_what_they_show(name):
    results = doctest.testmod(import_module(name))
    assert results.attempted and not results.failed
