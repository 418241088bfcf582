"""A bundle whose figures speak against it is not packed in silence."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from edge.bundle.manifest import Manifest
from export.cli.warnings import release_warnings
from tests.edge.bundle.samples import manifest, with_instances


def spoilt(change: str) -> Manifest:
    fields: dict[str, Any] = copy.deepcopy(json.loads(manifest().to_json()))
    figures = fields["metrics"]["gate"]["int8"]
    if change == "chance":
        figures["auroc_interval"] = [0.45, 0.62]
    elif change == "promise":
        fields["thresholds"]["gate"]["alpha"] = None
    elif change == "broken":
        holdout = {"count": 12, "n": 40, "rate": 0.3, "interval": [0.18, 0.45]}
        fields["promises"]["tile"]["per_class"]["spot"]["holdout"] = holdout
    elif change == "alarm":
        fields["metrics"]["decision"] = copy.deepcopy(fields["metrics"]["gate"])
        fields["metrics"]["decision"]["int8"]["recall_per_class"] = {"none": 0.0, "defect": 1.0}
    return Manifest.model_validate_json(json.dumps(fields))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("chance", "no better than chance: its AUROC on the holdout is 0.45 to 0.62"),
        ("promise", "promises no rate"),
        ("alarm", "calls every clean"),
        ("broken", "missed 12 of the holdout's 40 groups of tiles with spot"),
    ],
)
def test_each_warning_is_given(change: str, said: str) -> None:
    assert any(said in warning for warning in release_warnings(spoilt(change)))


@pytest.mark.parametrize(
    ("ap50", "said"),
    [(0.02, ["find almost nothing: their AP50 on the holdout is 0.020"]), (0.5, [])],
)
def test_instances_that_are_hardly_found_are_warned_of(ap50: float, said: list[str]) -> None:
    figures = {"box_ap50": ap50, "box_ap": 0.01, "mask_ap50": None, "mask_ap": None, "n": 40}
    warnings = list(release_warnings(manifest(**with_instances(figures={"int8": figures}))))
    assert len(warnings) == len(said)
    assert all(words in one for words, one in zip(said, warnings, strict=True))


def test_a_bundle_that_did_as_it_says_is_not_warned() -> None:
    assert list(release_warnings(spoilt("nothing"))) == []
