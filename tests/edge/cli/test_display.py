"""What a person reads of a defect beside the line."""

from __future__ import annotations

import dataclasses
import io
import re

import pytest
from rich.console import Console

from edge.cli import display
from edge.cli.inspect import _line
from edge.core.events import Event, EventKind
from edge.core.frame import BadFrame
from edge.core.inspection import Cause, uninspected
from edge.line.loop import Line
from tests.edge.fakes import BlobInstances, ListCamera, cascade, frame, strip

PIXELS = strip((5, 5, 220), (6, 5, 220), (25, 5, 220), (55, 15, 255))


def outlined():
    judge = cascade(instances=BlobInstances())
    return judge.outline(frame(PIXELS), judge.inspect(frame(PIXELS)))


def test_a_verdict_counts_the_defects_of_a_class_and_measures_the_longest():
    inspection = outlined()
    verdict = display._verdict(inspection)
    assert "spot ×2 1.0 mm" in verdict and "streak 0.5 mm" in verdict
    regions = cascade().inspect(frame(PIXELS))
    assert "DEFECT spot, streak[" in display._verdict(regions)


def test_inspect_says_size_where_it_was_measured():
    line = _line(outlined())
    assert "spot 0.90 at x=5 y=5 2×1 (1.0×0.5 mm, 0.5 mm²)" in line
    assert "mm" not in _line(cascade().inspect(frame(PIXELS)))


@pytest.mark.parametrize("outlines", [True, False])
def test_the_last_line_tells_how_long_outlines_took(outlines):
    instances = BlobInstances() if outlines else None
    line = Line(ListCamera([frame(PIXELS)]), cascade(instances=instances))
    line.run()
    assert ("outlines p50" in display._result(line)) is outlines


def test_frames_that_were_not_outlined_are_owned_up_to():
    line = Line(ListCamera([]), cascade())
    inspection = cascade(instances=BlobInstances()).inspect(frame(PIXELS))
    line.state.figures.add(dataclasses.replace(inspection, length_mm=10.0))
    assert "100.0% not outlined" in display._result(line)
    table = display._LiveTable(line, Console(file=io.StringIO()))
    table.show(inspection, 1.0)
    assert "not outlined" in str(table.render().caption)


def test_a_line_says_why_at_once_and_what_is_recorded_only_where_anything_is():
    console = Console(file=io.StringIO(), width=200)
    line = Line(ListCamera([]), cascade())
    bad = uninspected(BadFrame(3, 0.0, "a.png", "unreadable"), Cause.UNREADABLE, "cut off")
    display._PlainLines(line, console).show(bad, None)
    line.state.figures.add(dataclasses.replace(bad, length_mm=2000.0))
    display._PlainLines(line, console).show(bad, None)
    first, second = console.file.getvalue().splitlines()
    assert first == "frame 3  0.00 m  not inspected: unreadable, cut off"
    assert second == f"{first}  2.0 m recorded, 0.0% full, 100.0% NOT inspected"


def test_a_late_frame_is_not_called_lost_at_its_turn():
    console = Console(file=io.StringIO(), width=200)
    late = uninspected(BadFrame(3, 0.0, "a.png", "late"), Cause.LATE, "it waited")
    display._PlainLines(Line(ListCamera([]), cascade()), console).show(late, None)
    assert console.file.getvalue().startswith("frame 3  0.00 m  late, deferred")


def test_the_last_line_says_why_strip_was_not_inspected_and_rounds():
    line = Line(
        ListCamera([frame(PIXELS), BadFrame(1, 0.0, "x", "unreadable", lines=20)]), cascade()
    )
    line.run()
    told = display._result(line)
    assert "50.0% NOT inspected[/] (unreadable 10 mm)" in told
    assert re.search(r"verdict p50 \d+\.\d ms, p99 \d+\.\d ms, deadline \d+\.\d ms", told)


@pytest.mark.parametrize("kind", [display._LiveTable, display._PlainLines])
def test_events_are_said_as_they_come(kind):
    console = Console(file=io.StringIO(), width=200)
    screen = kind(Line(ListCamera([]), cascade()), console)
    screen.hear(Event(EventKind.CAMERA_LOST, "camera 0 gives no frames: [unplugged]"))
    screen.hear(Event(EventKind.COIL_BEGAN, "coil A-1 began"))
    assert console.file.getvalue().splitlines() == [
        "camera 0 gives no frames: [unplugged]",
        "coil A-1 began",
    ]
