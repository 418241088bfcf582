"""The page of figures that somebody else named."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from edge.bundle import find_bundle, load_bundle
from export.report.page import report_page
from export.report.regressions import Regression
from export.report.report_data import ReportData
from tests.train.html.pages import HOSTILE, INERT, self_contained
from train.data.drawn import jpeg


@pytest.fixture(scope="module")
def figures() -> dict[str, Any]:
    """Of the shipped bundle, which was exported before ``chosen_on`` was."""
    found = json.loads(load_bundle(find_bundle("simulated")).files["report.json"])
    return {**found, "data": {"chosen_on": 1, **found["data"]}}


def changed(figures: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A copy with other values."""
    return {**json.loads(json.dumps(figures)), **more}


def page_of(figures: dict[str, Any], wrong: list[Regression] | None = None) -> str:
    page = report_page(ReportData.model_validate(figures, strict=False), wrong)
    self_contained(page)
    return page


def on_val(stage: str) -> dict[str, Any]:
    measured = {"accuracy": 0.9, "auroc": None, "size": 101_000}
    return {
        "stage": stage,
        "remedy": "calibration",
        "how": "by percentile",
        "float32": {**measured, "accuracy": 0.912},
        "before": measured,
        "after": {**measured, "accuracy": 0.905, "auroc": 0.94},
        "taken": True,
    }


def test_every_name_is_escaped(figures: dict[str, Any]) -> None:
    hostile = changed(
        figures,
        name=HOSTILE,
        description=HOSTILE,
        created=HOSTILE,
        remedies=[on_val(HOSTILE)],
        tools={HOSTILE: HOSTILE},
        holdout_openings=[{"by": HOSTILE, "when": "2026-01-02T03:04:05Z"}],
    )
    hostile["data"] |= {"name": HOSTILE, "source": HOSTILE}
    hostile["rungs"][1] |= {"packed": False, "refused": HOSTILE}
    hostile["machine"]["architecture"] = HOSTILE
    picture = jpeg(np.zeros((8, 8, 3), np.uint8))
    box = (200, 0, 200, 128)
    wrong = [Regression(HOSTILE, box, HOSTILE, "verdict", HOSTILE, HOSTILE, picture)]
    page = page_of(hostile, wrong)
    for expected in (
        f"<h1>Export of {INERT}</h1>",
        f"2026-01-02T03:04:05Z by {INERT}",
        f"refused: {INERT}",
        f"on\n{INERT} with",
        f"<b>{INERT}</b>, at 200, 0",
        f"Labelled: {INERT}. Verdict in float: {INERT}",
    ):
        assert expected in page


def test_every_form_says_what_it_lost_and_whether_it_is_packed(figures: dict[str, Any]) -> None:
    page = page_of(figures)
    table = page[page.index("Every form of the networks") :]
    for form in figures["rungs"]:
        row = table[table.index(f">{form['format']} {form['precision']}</th>") :]
        row = row[: row.index("</tr>")]
        decision = form["figures"]["holdout"]["decision"]
        assert f"{100 * decision['accuracy']:.1f}" in row
        assert f"{decision['n']} frames" in row
        assert row.endswith("packed</td>")


def test_a_remedy_says_what_it_gained(figures: dict[str, Any]) -> None:
    outlines = {"mask_ap50": None, "box_ap50": 0.5, "size": 1024}
    second = {**on_val("instances"), "taken": False}
    second |= {"float32": outlines, "before": outlines, "after": outlines}
    page = page_of(changed(figures, remedies=[on_val("gate"), second]))
    for expected in ("gate: calibration", "by percentile", "90.5\u00a0%, 0.9400", "–, 0.5000"):
        assert expected in page
    assert page.index("kept</td>") < page.index("not better</td>")


def test_without_times_the_page_says_why(figures: dict[str, Any]) -> None:
    untimed = changed(figures, machine=None)
    for form in (*untimed["rungs"], *untimed["instances"]["rungs"]):
        form["latency"] = {}
    page = page_of(untimed)
    assert "Times are left out" in page
    assert "Accuracy against size" in page
    assert "median ms" not in page


def test_sections_that_have_nothing_to_show_are_left_out(figures: dict[str, Any]) -> None:
    page = page_of(changed(figures, remedies=[], instances=None))
    assert "Mitigations of quantization loss" not in page
    assert "Instance networks" not in page
    assert "Instance networks" in page_of(figures)


@pytest.mark.parametrize(
    ("wrong", "says"), [(None, "Pictures are not packed"), ([], "<p>Nothing.</p>")]
)
def test_pictures_left_out_and_none_to_show_differ(
    figures: dict[str, Any], wrong: list[Regression] | None, says: str
) -> None:
    assert says in page_of(figures, wrong)
