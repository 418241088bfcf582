"""The page about a frame's way names what is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "frame-way.md").read_text(encoding="utf-8")


def test_every_file_that_it_names_is_there():
    named = re.findall(r"`(edge/[\w/]+\.py)`", PAGE)
    assert len(named) > 15
    assert [name for name in named if not (ROOT / name).is_file()] == []


def test_every_step_of_the_line_is_on_it():
    """But for what many steps use, and what a step is made of."""
    parts = {"captured", "dropped", "camera_events", "event_relay", "gc_freeze"}
    rooms = {path.stem for path in (ROOT / "edge" / "line").glob("*.py")} - {"__init__"}
    named = set(re.findall(r"edge/line/(\w+)\.py", PAGE))
    assert rooms - named == parts


def test_every_class_that_it_names_is_where_it_says():
    for name, file in {
        "Frame": "core/frame",
        "BadFrame": "core/frame",
        "Absence": "core/frame",
        "Captured": "line/captured",
        "PendingFrame": "line/pending_frame",
        "FinalRecord": "line/reorder_buffer",
        "RunState": "line/run_state",
    }.items():
        assert name in PAGE
        assert f"class {name}" in (ROOT / "edge" / f"{file}.py").read_text(encoding="utf-8")
