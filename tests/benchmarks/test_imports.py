"""Every benchmark can at least be imported: a rename elsewhere would else be noticed too late."""

from __future__ import annotations

import pkgutil
from importlib import import_module

import pytest

import benchmarks

MODULES = [
    module.name
    for module in pkgutil.walk_packages(benchmarks.__path__, "benchmarks.")
    # The peer's scripts run in an environment of their own.
    if not module.name.startswith("benchmarks.peers.yolo.")
]


@pytest.mark.parametrize("name", MODULES)
def test_it_imports(name):
    import_module(name)
