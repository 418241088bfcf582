"""The tables for people."""

from __future__ import annotations

import pytest

from edge.vision.instances.rules import ClassRule
from tests.train.evaluate.instances import made
from tests.train.evaluate.tables import scored
from tests.train.evaluate.test_evaluation import (
    NONE,
    THRESHOLDS,
    A,
)
from train.evaluate.comparison import Baseline
from train.evaluate.evaluation import evaluation
from train.evaluate.instances.matched_instances import match_instances
from train.evaluate.printed import print_figures


@pytest.mark.parametrize("mask", [True, False])
def test_instances_have_rows_and_tables(mask: bool, capsys: pytest.CaptureFixture[str]) -> None:
    samples = [made.sample(made.label(0, 0, 0, 8, 8, mask=mask)), made.sample()]
    seen = [[made.found(0, 0.9, 0, 0, 8, 8, mask=mask)], []]
    judged = match_instances(seen, samples, made.CLASSES, [ClassRule(0.5, 0)] * 2, as_run=[[], []])
    items = scored(["a", ""], [A, NONE])
    other = Baseline("other", "0" * 64, items, 0.5, judged)
    print_figures(evaluation(items, THRESHOLDS, other, judged), "a title")
    out = capsys.readouterr().out
    for words in ("box ap50", "dice foreground", "every frame", "as run", "touching"):
        assert words in out
    assert "no instance model" not in out


def test_a_bundle_without_an_instance_model_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    print_figures(evaluation(scored(["a", ""], [A, NONE]), THRESHOLDS), "a title")
    assert "no instance model" in capsys.readouterr().out
