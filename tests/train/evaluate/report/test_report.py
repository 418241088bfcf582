"""The whole page: train/evaluate/report and its drawings."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from edge.bundle import Bundle
from edge.core.errors import UnwritableError
from edge.core.images import write_image
from tests.edge import fakes
from tests.edge.bundle import samples as bundles
from tests.train.html.pages import HOSTILE, INERT, self_contained
from train.data.sample import DataSet, Instance, Sample
from train.data.tiles import Tile, label_tiles
from train.evaluate.comparison import Baseline
from train.evaluate.evaluation import evaluation
from train.evaluate.report import write_report
from train.evaluate.scoring import score
from train.evaluate.subject import Subject

NAME = "<b onclick='x'>&\x1b.png"
Reporter = Callable[..., str]


@pytest.fixture
def labelled(tmp_path: Path, spotted: list[Sample]) -> list[Sample]:
    """The frames, one of them renamed; a spot that nobody labelled, and a label without one."""
    path = tmp_path / NAME
    write_image(path, fakes.strip((5, 5, 200), (25, 5, 40)))
    wrong = (Instance(1, (21.0, 1.0, 18.0, 8.0)),)
    return [*spotted, Sample(path, 60, 20, wrong, "mine", "val")]


@pytest.fixture
def reported(tmp_path: Path, labelled: list[Sample]) -> Reporter:
    """Writes the page of these frames, cut to regions or whole, and reads it."""

    def write(
        *,
        region: tuple[int, int] | None = fakes.REGION,
        classify: bool = True,
        compare: bool = False,
        chosen: Callable[[Tile], bool] = lambda tile: True,
    ) -> str:
        manifest = bundles.manifest()
        data = DataSet(HOSTILE, tmp_path, fakes.CLASSES, tuple(labelled), HOSTILE, HOSTILE)
        items = [t for s in labelled for t in label_tiles(s, region) if chosen(t)]
        cascade = fakes.cascade(classify=classify)
        scored = score(cascade, items, fakes.CLASSES)
        other = Baseline(HOSTILE, "1" * 64, replace(scored, decision=scored.gate), 0.9)
        figures = evaluation(scored, manifest.thresholds, other if compare else None)
        subject = Subject(Bundle(manifest, {}, "0" * 64), "brightness", "int8", data, "val", region)
        path = tmp_path / "report.html"
        write_report(path, subject, cascade, items, scored, None, figures, mistakes=3)
        return path.read_text()

    return write


def text_of(page: str) -> str:
    return re.sub(r"<[^>]+>", " ", re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL))


def test_the_page_holds_its_pictures_and_points_nowhere(reported: Reporter) -> None:
    page = reported()
    assert len(self_contained(page).pictures) == page.count("<img") > 5
    rest = re.sub(r"base64,[^\"]+", "", page)
    assert "http" not in rest
    assert "<script" not in rest


def test_names_are_escaped(reported: Reporter) -> None:
    page = reported(compare=True)
    self_contained(page)
    assert f"Evaluation of sample (not checked) on {INERT}, val" in page
    assert f"The baseline is {INERT}" in page
    assert f">{INERT}</td>" in page  # the terms
    assert "<b>&lt;b onclick=&#39;x&#39;&gt;&amp;\\x1b.png</b>" in page


def test_mistakes_are_shown_with_what_was_labelled_and_said(reported: Reporter) -> None:
    words = text_of(reported())
    for heading in ("False alarms: 1", "Misses: 1", "Wrong classes"):
        assert heading in words
    assert "Labelled: clean. Scores: defect 99.3" in words
    assert "Labelled: streak. Scores: defect 0.0" in words
    assert "rejected by the gate" in words


def test_a_promise_stands_beside_what_was_measured(reported: Reporter) -> None:
    words = text_of(reported())
    promised, streaks = words.index("any defect"), words.index("too few to promise")
    assert promised < streaks
    assert "measured here" in words
    assert "For each frame: for comparison" in words


@pytest.mark.parametrize("compare", [True, False])
def test_a_baseline_is_reported_where_there_is_one(reported: Reporter, compare: bool) -> None:
    assert ("Against the baseline" in reported(compare=compare)) is compare


def test_frames_of_several_regions_can_be_reported(reported: Reporter) -> None:
    words = text_of(reported(region=None))
    assert "9 frames" in words
    assert "these items are frames" in words


@pytest.mark.parametrize(
    ("classify", "chosen", "says"),
    [
        (False, lambda tile: True, "Not evaluated: the bundle has no classifier"),
        (True, lambda tile: not tile.classes, "Not evaluated: the items are all clean"),
        (
            True,
            lambda tile: tile.classes,
            "Not evaluated: the items are all clean, or all defective",
        ),
    ],
)
def test_what_cannot_be_judged_is_said(
    reported: Reporter, classify: bool, chosen: Callable[[Tile], bool], says: str
) -> None:
    assert says in reported(classify=classify, chosen=chosen)


def test_a_page_that_cannot_be_written_is_named(reported: Reporter, tmp_path: Path) -> None:
    (tmp_path / "report.html").mkdir()
    with pytest.raises(UnwritableError, match=r"report\.html"):
        reported()
