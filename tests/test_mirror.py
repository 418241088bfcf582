"""Tests lie where their module does: tests/edge/core/test_rle.py tests edge/core/rle.py.

A module's test may be split: tests/edge/line/test_loop_live.py is a part of what tests
edge/line/loop.py. The test of a package itself lies in its folder: train/data/__init__.py is tested
by tests/train/data/test_data.py. What tests a helper of tests lies beside the helper. Directly in
tests/ lies what takes the project as a whole.
"""

from __future__ import annotations

from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PROJECT = TESTS.parent

WHOLE = {
    "benchmarks/test_imports.py",  # of every benchmark
    "edge/cli/test_every_exit.py",  # of every command
    "edge/cli/test_secrets.py",  # of every command
    "edge/vision/test_not_finite.py",  # of engines, models and the cascade
    "edge/test_json_keys.py",  # of several commands at once
    "millsight/test_names.py",  # the package and the command beside files of other programs
    "millsight/test_open_bundle.py",  # what the package itself gives
}
"""Tests of more than a module."""
NOT_OF_CODE = {"docs"}
"""Folders of tests whose subject is no package."""


def mirrors(test: Path) -> bool:
    """Whether a test, relative to the folder of tests, has a module, package or helper to test."""
    subject = test.stem.removeprefix("test_")
    folder = PROJECT / test.parent
    if subject == folder.name:
        return (folder / "__init__.py").is_file()
    words = subject.split("_")
    names = ("_".join(words[:count]) for count in range(len(words), 0, -1))
    helper = TESTS / test.parent / f"{subject}.py"
    return helper.is_file() or any((folder / f"{name}.py").is_file() for name in names)


def test_every_test_lies_where_its_module_does() -> None:
    found = {path.relative_to(TESTS) for path in TESTS.rglob("test_*.py")}
    assert found
    mirrored = {p for p in found if len(p.parts) > 1 and p.parts[0] not in NOT_OF_CODE}
    astray = {p.as_posix() for p in mirrored if not mirrors(p)}
    assert sorted(astray - WHOLE) == [], "these mirror no module: move them to what they test"
    assert sorted(WHOLE - astray) == [], "these are no exceptions (any more)"


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("edge/core/test_rle.py", True),
        ("edge/line/test_loop_live.py", True),
        ("train/data/test_data.py", True),
        ("edge/test_rle.py", False),
        ("edge/core/test_masks.py", False),
        ("nowhere/test_nowhere.py", False),
    ],
)
def test_what_mirrors_a_module(test: str, expected: bool) -> None:
    assert mirrors(Path(test)) is expected
