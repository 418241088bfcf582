"""Pieces over frames become defects with their whole length; coils begin and end."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.coil.disposition import Disposition
from edge.coil.track import MAX_PIECES
from edge.coil.tracker import CoilTracker
from edge.config.coil import DispositionRule
from edge.core.class_map import ClassMap
from edge.core.coverage import Gap
from edge.core.events import EventKind
from edge.core.inspection import Cause, Level
from tests.edge.coil.strip import COLUMNS, FRAME_MM, LINES, MM, boxed, frame, outlined, unseen


def tracked(*inspections, **settings):
    """All defects of one coil."""
    tracker = CoilTracker("A", **settings)
    steps = [*(tracker.add(seen, LINES) for seen in inspections), tracker.end()]
    return [defect for step in steps for defect in step.defects]


def cut(drawn, **changes):
    """The frames of a strip [lines, columns] on which one defect is drawn."""
    frames = []
    for number, top in enumerate(range(0, len(drawn), LINES)):
        piece = drawn[top : top + LINES]
        frames.append(frame(number, *([outlined(piece)] if piece.any() else []), **changes))
    return frames


def test_a_scratch_of_1_m_over_8_frames_is_one_defect():
    strip = np.zeros((8 * LINES, COLUMNS), bool)
    for line in range(20, 2020):
        x = 60 + line // 10
        strip[line, x : x + 6] = True
    [found] = tracked(*cut(strip))
    assert found.length_mm == pytest.approx(1000, abs=MM)
    assert found.along_mm == pytest.approx(10, abs=MM)
    assert found.width_mm == pytest.approx((199 + 6) * MM, abs=1)
    assert found.area_mm2 == pytest.approx(strip.sum() * MM * MM)
    assert (found.first_frame, found.last_frame, len(found.pieces)) == (0, 7, 8)
    assert (found.coil, found.number, found.at) == ("A", 1, 1_795_000_000.0)


@pytest.mark.parametrize(
    ("first", "second", "defects"),
    [
        pytest.param(boxed(40, 200, 10, 56), boxed(40, 0, 10, 30), 1, id="boxes at the border"),
        pytest.param(boxed(40, 200, 10, 50), boxed(40, 5, 10, 30), 1, id="a little short of it"),
        pytest.param(boxed(40, 200, 10, 36), boxed(40, 0, 10, 30), 2, id="10 mm short of it"),
        pytest.param(boxed(40, 200, 10, 56), boxed(60, 0, 10, 30), 1, id="5 mm beside"),
        pytest.param(boxed(40, 200, 10, 56), boxed(80, 0, 10, 30), 2, id="15 mm beside"),
        pytest.param(boxed(40, 200, 10, 56), boxed(40, 0, 10, 30, "pit"), 2, id="classes"),
        pytest.param(boxed(40, 200, 10, 56, ""), boxed(40, 0, 10, 30, ""), 1, id="unclassified"),
        pytest.param(boxed(40, 200, 10, 56), boxed(40, 0, 10, 30, ""), 2, id="one unclassified"),
    ],
)
def test_pieces_of_one_class_that_touch_are_one_defect(first, second, defects):
    assert len(tracked(frame(0, first), frame(1, second))) == defects


def test_masks_decide_where_boxes_alone_would_join():
    slash = np.zeros((LINES, COLUMNS), bool)
    for line in range(LINES):
        slash[line, line : line + 4] = True
    beside = np.zeros((LINES, COLUMNS), bool)
    beside[:20, 100:110] = True
    after = np.zeros((LINES, COLUMNS), bool)
    after[:20, 250:262] = True
    assert len(tracked(frame(0, outlined(slash)), frame(1, outlined(beside)))) == 2
    assert len(tracked(frame(0, outlined(slash)), frame(1, outlined(after)))) == 1
    assert len(tracked(frame(0, outlined(slash)), frame(1, boxed(100, 0, 10, 20)))) == 2
    assert len(tracked(frame(0, outlined(slash)), frame(1, boxed(250, 0, 10, 20)))) == 1


def test_a_piece_that_touches_two_makes_them_one():
    legs = frame(0, boxed(20, 100, 10, 156), boxed(100, 56, 10, 200, score=0.95))
    [found] = tracked(legs, frame(1, boxed(20, 0, 90, 20)))
    assert (found.length_mm, found.width_mm) == (110, 45)
    assert found.area_mm2 == (10 * 156 + 10 * 200 + 90 * 20) * MM * MM
    assert found.score == 0.95
    assert [piece.frame for piece in found.pieces] == [0, 0, 1]


def test_a_defect_that_branches_stays_one():
    [found] = tracked(
        frame(0, boxed(20, 100, 90, 156)), frame(1, boxed(20, 0, 10, 20), boxed(100, 0, 10, 60))
    )
    assert (found.length_mm, len(found.pieces)) == (108, 3)
    assert found.area_mm2 == (90 * 156 + 10 * 20 + 10 * 60) * MM * MM


def test_pieces_within_a_frame_stay_as_the_models_gave_them():
    assert len(tracked(frame(0, boxed(20, 0, 10, 256), boxed(30, 0, 10, 256)))) == 2


def test_a_class_map_box_short_of_the_border_joins_by_its_region():
    def seen(region, x, y, width, height):
        return boxed(
            x, y, width, height, class_maps=(ClassMap(region, np.full((2, 2), 255, np.uint8)),)
        )

    above = seen((0, 128, 200, 128), 60, 140, 20, 80)
    below = seen((0, 0, 200, 128), 60, 50, 20, 30)
    [found] = tracked(frame(0, above), frame(1, below))
    assert found.length_mm == (LINES - 140 + 80) * MM
    assert found.area_mm2 == (20 * 80 + 20 * 30) * MM * MM


def test_a_defect_is_given_out_with_the_frame_that_shows_its_end():
    tracker = CoilTracker("A")
    assert [
        d.class_name
        for d in tracker.add(frame(0, boxed(0, 0, 9, 99, "pit"), boxed(40, 90, 9, 166))).defects
    ] == ["pit"]
    assert [d.length_mm for d in tracker.add(frame(1, boxed(40, 0, 9, 20))).defects] == [93]
    assert tracker.add(frame(2)).defects == tracker.end().defects == []


@pytest.mark.parametrize("between", ["frame", "gap"])
def test_strip_without_a_verdict_ends_what_touches_it(between):
    tracker = CoilTracker("A")
    assert tracker.add(frame(0, boxed(40, 0, 10, LINES))).defects == []
    if between == "frame":
        ended = tracker.add(unseen(1)).defects
    else:
        ended = tracker.add_gap(Gap(FRAME_MM, FRAME_MM, Cause.DROPPED, 1, 0.0)).defects
    assert [d.length_mm for d in ended] == [FRAME_MM]
    tracker.add(frame(2, boxed(40, 0, 10, LINES)))
    [after] = tracker.end().defects
    assert (after.number, after.along_mm) == (2, 2 * FRAME_MM)


def test_a_standing_strip_shows_a_defect_once():
    scratch = boxed(40, 100, 10, LINES - 100)
    standing = [frame(n, scratch, position_mm=0, length_mm=0) for n in range(1, 50)]
    going_on = frame(50, boxed(40, 0, 10, 44), position_mm=FRAME_MM)
    last = frame(49, scratch, position_mm=0)
    [found] = tracked(*standing, last, going_on)
    assert found.length_mm == 100
    assert found.area_mm2 == 10 * 200 * MM * MM
    assert len(found.pieces) == 2


def test_strip_that_runs_back_and_on_again_does_not_double_defects():
    strip = np.zeros((6 * LINES, COLUMNS), bool)
    strip[100:1400, 60:66] = True
    onward = cut(strip)
    for piece in onward:
        assert len(piece.defects) == 1
    back = [
        frame(10 + n, *onward[at].defects, position_mm=at * FRAME_MM, length_mm=0)
        for n, at in enumerate((2, 1, 0))
    ]
    again = [frame(20 + n, *onward[n].defects, position_mm=n * FRAME_MM) for n in range(6)]
    [found] = tracked(*onward[:3], *back, *again)
    assert found.length_mm == 650
    assert found.area_mm2 == strip.sum() * MM * MM


def test_frames_that_overlap_show_a_defect_once():
    strip = np.zeros((5 * LINES, COLUMNS), bool)
    for line in range(30, 1200):
        strip[line, line // 4 : line // 4 + 6] = True
    overlapping = [
        frame(n, outlined(strip[top : top + LINES]), position_mm=top * MM, length_mm=FRAME_MM / 2)
        for n, top in enumerate(range(0, 4 * LINES + 1, LINES // 2))
    ]
    [found] = tracked(*overlapping)
    assert found.length_mm == 1170 * MM
    assert found.area_mm2 == pytest.approx(strip.sum() * MM * MM, rel=0.02)


def test_after_a_position_reset_defects_are_tracked_again():
    far = [frame(n, position_mm=500_000 + n * FRAME_MM) for n in range(2)]
    assert len(tracked(*far, frame(3, boxed(0, 9, 9, 9), position_mm=0))) == 1


def test_a_defect_as_long_as_the_coil_keeps_its_measures_and_few_pieces():
    through = [frame(n, boxed(40, 0, 10, LINES, score=0.5 + n / 1e4)) for n in range(2000)]
    [found] = tracked(*through)
    assert found.length_mm == 2000 * FRAME_MM
    assert found.area_mm2 == pytest.approx(2000 * 10 * LINES * MM * MM)
    assert (found.first_frame, found.last_frame, len(found.pieces)) == (0, 1999, MAX_PIECES)
    assert found.score == pytest.approx(0.6999)


def test_frames_a_little_longer_than_their_lines_do_not_part_a_defect():
    through = [
        frame(n, boxed(40, 0, 10, LINES), position_mm=n * FRAME_MM * 1.2, length_mm=FRAME_MM * 1.2)
        for n in range(4)
    ]
    assert len(tracked(*through)) == 1


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1200), st.integers(1, 900)), min_size=1, max_size=6))
def test_scratches_in_lanes_of_their_own_are_found_whole(scratches):
    height = 9 * LINES
    tracker, found = CoilTracker("A"), []
    for number in range(height // LINES):
        top = number * LINES
        pieces = []
        for lane, (start, length) in enumerate(scratches):
            first, last = max(start, top) - top, min(start + length, top + LINES) - top
            if first < last:
                pieces.append(boxed(lane * 60, first, 10, last - first))
        found += tracker.add(frame(number, *pieces), LINES).defects
    found += tracker.end().defects
    told = sorted((d.across_mm, d.along_mm, d.length_mm) for d in found)
    assert told == [
        (n * 30.0, start * MM, length * MM) for n, (start, length) in enumerate(scratches)
    ]
    assert sorted(d.number for d in found) == list(range(1, len(scratches) + 1))


RULES = [
    DispositionRule.model_validate(rule)
    for rule in (
        {"class": "scratch", "min_length_mm": 300, "action": "reject"},
        {"class": "pit", "from_count": 3, "action": "hold"},
    )
]


def test_a_scratch_that_grows_past_a_limit_gets_the_harder_action():
    tracker = CoilTracker("A", disposition=Disposition(RULES))
    actions, ended = [], []
    for number in range(5):
        shown = [boxed(40, 0, 10, LINES)] if number < 4 else []
        ended += tracker.add(frame(number, *shown)).defects
        actions.append(tracker.action)
    assert actions == ["pass", "pass", "reject", "reject", "pass"]
    assert [defect.action for defect in ended] == ["reject"]
    assert tracker.grade()["actions"] == {"reject": 1}


def test_defects_are_counted_on_their_coil():
    tracker = CoilTracker("A", disposition=Disposition(RULES))
    actions = []
    for number in range(4):
        if number == 3:
            tracker.begin("B", 0)
        changes = tracker.add(frame(number, boxed(40, 50, 9, 9, "pit")))
        actions += [defect.action for defect in changes.defects]
    assert actions == ["pass", "pass", "hold", "pass"]


def test_a_frame_without_a_verdict_or_rules_has_no_action():
    tracker = CoilTracker("A", disposition=Disposition(RULES))
    tracker.add(unseen(0))
    assert tracker.action == ""
    tracker = CoilTracker("A")
    tracker.add(frame(0, boxed(40, 0, 10, 10)))
    assert tracker.action == ""


def test_coils_begin_and_end_by_command():
    tracker = CoilTracker()
    steps = [tracker.add(frame(0, boxed(40, 0, 10, LINES)))]
    assert tracker.coil.startswith("coil-20261118T") and tracker.coil.endswith("-001")
    steps.append(tracker.begin("4711", FRAME_MM))
    [ended] = steps[-1].defects
    assert ended.coil.endswith("-001")
    again = tracker.begin("4711", FRAME_MM)
    assert again.defects == again.events == []
    steps += [tracker.add(frame(1, boxed(40, 0, 10, LINES))), tracker.end()]
    [second] = steps[-1].defects
    assert (second.coil, second.number, second.length_mm) == ("4711", 1, FRAME_MM)
    assert tracker.grade()["coil"] == "4711"
    steps.append(tracker.add(frame(2)))
    assert tracker.coil == ""
    assert tracker.grade()["passed_mm"] == FRAME_MM
    told = [event for step in steps for event in step.events]
    assert [event.kind for event in told] == [EventKind.COIL_BEGAN, EventKind.COIL_ENDED] * 2
    assert "4711 ended: 0.1 m, 100 % inspected, 1 defect" in told[-1].text
    assert told[-1].coil == "4711"
    assert [event.grade for event in told[::2]] == [None, None]
    assert told[-1].grade == tracker.grade()
    assert (told[-1].grade["passed_mm"], told[-1].grade["defects"]) == (FRAME_MM, 1)


@pytest.mark.parametrize(
    ("gap_mm", "cause", "coils"),
    [
        (1000, Cause.BLACK, 2),
        (1000, Cause.DROPPED, 2),
        (1000, Cause.CAMERA_LOST, 1),
        (5000, Cause.BLACK, 1),
        (None, Cause.BLACK, 1),
    ],
)
def test_a_gap_in_the_strip_ends_a_coil(gap_mm, cause, coils):
    tracker = CoilTracker("A", gap_mm=gap_mm)
    steps = [tracker.add(frame(0))]
    if cause is Cause.BLACK:
        steps += [tracker.add(unseen(number, cause)) for number in range(1, 21)]
    else:
        steps.append(tracker.add_gap(Gap(FRAME_MM, 20 * FRAME_MM, cause, 20, 0.0)))
    assert tracker.coil == ("A" if coils == 1 else "")
    steps.append(tracker.add(frame(21)))
    if coils == 1:
        assert tracker.coil == "A"
    else:
        assert tracker.coil.endswith("-002")
    told = [event.kind for step in steps for event in step.events]
    assert told.count(EventKind.COIL_BEGAN) == coils


def test_black_pictures_with_strip_between_end_no_coil():
    tracker = CoilTracker("A", gap_mm=5 * FRAME_MM)
    for number in range(40):
        tracker.add(unseen(number, Cause.BLACK) if number % 5 else frame(number))
    assert tracker.coil == "A"


def test_the_first_coil_begins_with_strip_whether_or_not_it_was_inspected():
    tracker = CoilTracker("A")
    tracker.add(unseen(0, Cause.BLACK))
    assert tracker.coil == ""
    tracker.add(unseen(1, Cause.LATE))
    assert tracker.coil == "A"
    assert tracker.grade()["passed_mm"] == FRAME_MM


def test_the_grade_adds_up_what_passed():
    tracker = CoilTracker("A")
    for seen in (frame(0, boxed(40, 50, 10, 20)), frame(1, level=Level.GATED), unseen(2)):
        tracker.add(seen)
    tracker.add_gap(Gap(3 * FRAME_MM, 72.0, Cause.DROPPED, 1, 0.0))
    told = tracker.grade()
    assert told["passed_mm"] == 3 * FRAME_MM + 72 == sum(c["mm"] for c in told["coverage"].values())
    assert told["coverage"]["uninspected"]["mm"] == FRAME_MM + 72
    assert told["uninspected_by_cause"] == {"late": FRAME_MM, "dropped": 72}
    assert told["classes"]["scratch"]["longest_mm"] == 10
