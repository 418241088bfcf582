"""What a coil is graded by: what was inspected of it, and what was found."""

from __future__ import annotations

from edge.coil.grade import Grade, grade
from edge.coil.stretch import Stretch
from edge.core.inspection import Cause, Level
from tests.edge.coil.strip import coil_defect

STRETCHES = [
    Stretch(0, 150_000, Level.FULL),
    Stretch(150_000, 50_000, Level.UNINSPECTED, Cause.LATE),
    Stretch(200_000, 50_000, Level.CLASSIFIED),
]
DEFECTS = [
    coil_defect(1, length_mm=300.0, action="hold"),
    coil_defect(2, length_mm=1200.0, action="reject"),
    coil_defect(3, "pit", length_mm=5.0, action="hold"),
    coil_defect(4, "", length_mm=64.0),
]


def test_the_figures_of_a_coil():
    told = grade("A", DEFECTS, STRETCHES).as_json()
    assert (told["coil"], told["passed_mm"], told["inspected_mm"]) == ("A", 250_000, 200_000)
    assert told["coverage"] == {
        "full": {"mm": 150_000, "share": 0.6},
        "classified": {"mm": 50_000, "share": 0.2},
        "gated": {"mm": 0, "share": 0.0},
        "uninspected": {"mm": 50_000, "share": 0.2},
    }
    assert told["uninspected_by_cause"] == {"late": 50_000}
    assert told["defects"] == 4
    scratches = {"defects": 2, "per_100_m": 1.0, "longest_mm": 1200.0, "area_mm2": 800.0}
    assert told["classes"]["scratch"] == scratches
    assert set(told["classes"]) == {"scratch", "pit", "unclassified"}
    assert told["actions"] == {"hold": 2, "reject": 1}


def test_rates_are_of_what_was_inspected():
    blind = [Stretch(0, 1_000_000, Level.UNINSPECTED, Cause.CAMERA_LOST), *STRETCHES]
    seen, mostly_blind = (grade("A", DEFECTS, s).as_json()["per_100_m"] for s in (STRETCHES, blind))
    assert seen == mostly_blind == 2.0


def test_nothing_inspected_has_no_rate():
    told = grade("A", [], [Stretch(0, 100, Level.UNINSPECTED, Cause.BLACK)])
    assert told.as_json()["per_100_m"] is None
    assert told.headline() == "0.1 m, 0 % inspected, 0 defects"
    assert Grade().as_json()["coverage"]["full"] == {"mm": 0, "share": 0.0}


def test_the_headline_says_100_per_cent_only_where_nothing_is_missing():
    almost = grade("A", [], [Stretch(0, 1e6, Level.FULL), Stretch(1e6, 1, Level.UNINSPECTED)])
    assert "99.9 % inspected" in almost.headline()
    whole = grade("A", DEFECTS[:1], [Stretch(0, 1e5, Level.FULL)])
    assert whole.headline() == "100.0 m, 100 % inspected, 1 defect (1.0 per 100 m)"
