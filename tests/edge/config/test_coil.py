"""Coils and dispositions in the configuration: what is wrong is said in words."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from edge.config.coil import CoilConfig, DispositionRule


def test_a_coil_has_defaults():
    assert CoilConfig().model_dump() == {"name": "", "gap_mm": None, "touch_mm": 8.0}


@pytest.mark.parametrize("action", ["pass", "hold", "reject", "divert:rework", "divert:2.choice_B"])
def test_actions(action):
    rule = DispositionRule.model_validate({"class": "pit", "action": action})
    assert (rule.class_name, rule.action, rule.from_count) == ("pit", action, 1)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"action": "scrap"}, "'scrap' is not an action: pass, hold, divert:NAME or reject"),
        ({"action": "divert"}, "needs a stream's name"),
        ({"action": "divert:"}, "needs a stream's name"),
        ({"action": "divert:a b"}, "'a b' is not a stream's name"),
        ({"action": "pass:now"}, "is not an action"),
        ({"from_count": 0}, "greater than or equal to 1"),
        ({"min_length_mm": -1}, "greater than or equal to 0"),
        ({"class": ""}, "at least 1 character"),
        ({"min_lenght_mm": 5}, "not permitted"),
    ],
)
def test_wrong_rules_are_named(wrong, says):
    with pytest.raises(ValidationError, match=says):
        DispositionRule.model_validate({"class": "pit", "action": "hold", **wrong})


@pytest.mark.parametrize("wrong", [{"gap_mm": 0}, {"touch_mm": -1}, {"coil": "A"}])
def test_wrong_coils_are_refused(wrong):
    with pytest.raises(ValidationError):
        CoilConfig.model_validate(wrong)
