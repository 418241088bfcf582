"""Rules decide what is to be done about a defect; the hardest action is the frame's."""

from __future__ import annotations

import pytest

from edge.coil.disposition import Disposition
from edge.config.coil import DispositionRule
from edge.core.errors import ConfigError


def rules(*tables):
    return [DispositionRule.model_validate(table) for table in tables]


RULES = rules(
    {"class": "scratch", "min_length_mm": 500, "action": "reject"},
    {"class": "scratch", "min_length_mm": 100, "min_width_mm": 2, "action": "divert:rework"},
    {"class": "pit", "from_count": 10, "action": "hold"},
    {"class": "pit", "action": "pass"},
    {"class": "unclassified", "action": "hold"},
    {"class": "*", "min_area_mm2": 1000, "action": "divert:second-choice"},
)


@pytest.mark.parametrize(
    ("defect", "action"),
    [
        (("scratch", 500.0, 1.0, 500.0, 1), "reject"),
        (("scratch", 499.0, 2.0, 500.0, 1), "divert:rework"),
        (("scratch", 499.0, 1.0, 500.0, 1), "pass"),
        (("scratch", 99.0, 50.0, 1000.0, 1), "divert:second-choice"),
        (("pit", 5.0, 5.0, 25.0, 9), "pass"),
        (("pit", 5.0, 5.0, 25.0, 10), "hold"),
        (("pit", 50.0, 50.0, 2500.0, 1), "pass"),
        (("", 5.0, 5.0, 25.0, 1), "hold"),
        (("stain", 50.0, 50.0, 2500.0, 1), "divert:second-choice"),
        (("stain", 5.0, 5.0, 25.0, 1), "pass"),
    ],
)
def test_the_first_rule_that_a_defect_meets_decides(defect, action):
    assert Disposition(RULES).decide(*defect) == action


@pytest.mark.parametrize(
    ("actions", "worst"),
    [
        ([], "pass"),
        (["pass", "hold", "pass"], "hold"),
        (["hold", "divert:a", "divert:b"], "divert:a"),
        (["reject", "divert:a"], "reject"),
    ],
)
def test_a_frame_has_its_most_severe_action(actions, worst):
    assert Disposition(RULES).worst(actions) == worst


def test_without_rules_nothing_is_to_be_done():
    none = Disposition()
    assert not none
    assert none.decide("scratch", 1e6, 1e6, 1e6, 1) == none.worst([""]) == none.worst([]) == ""


def test_a_rule_about_a_class_that_the_bundle_does_not_know_is_refused():
    with pytest.raises(ConfigError, match=r"rule 3 is about class 'pit'.*Did you mean 'pits'"):
        Disposition(RULES, ("scratch", "pits"))
    Disposition(RULES, ("scratch", "pit"))
