"""The section on outlines."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from edge.core.images import write_image
from edge.vision.instances.rules import ClassRule
from tests.train.evaluate.instances import made
from train.data.sample import Sample
from train.data.tiles import Tile, label_tiles
from train.evaluate.instances.instance_figures import figures_of
from train.evaluate.instances.matched_instances import match_instances
from train.evaluate.report.evaluation_blocks import OutlinesBlock
from train.evaluate.report.outlines import collect_outlines
from train.html.page import page_environment

RULES = [ClassRule(0.5, 0)] * 3


@pytest.fixture
def items(tmp_path: Path) -> list[Tile]:
    """Six whole frames, two of a group; labelled but the last two."""
    path = tmp_path / "<b>.png"
    write_image(path, np.full((made.HEIGHT, made.WIDTH), 90, np.uint8))
    labels = [(made.label(0, 2, 2, 8, 8),)] * 4 + [()] * 2
    frames = [
        Sample(path, made.WIDTH, made.HEIGHT, some, f"g{i // 2}", "val")
        for i, some in enumerate(labels)
    ]
    return [tile for frame in frames for tile in label_tiles(frame, None)]


def text_of(items: list[Tile], seen: list[list], *, rules: list | None = RULES) -> str:
    judged = match_instances(seen, items, made.CLASSES, rules, as_run=rules and [[]] * len(items))
    figures = OutlinesBlock.model_validate(figures_of(judged))
    template = page_environment("train.evaluate.report").get_template("outlines.html.j2")
    return template.render(outlines=collect_outlines(items, judged, figures, 2))


def test_figures_and_pictures_stand_in_it(items: list[Tile]) -> None:
    right = made.found(0, 0.9, 2, 2, 8, 8)
    page = text_of(items, [[right], [right], [], [right], [made.found(2, 0.8, 0, 0, 5, 5)], []])
    words = re.sub(r"<[^>]+>", " ", page)
    for expected in ("AP50", "IoU 0.5", "touching", "as beside the line", "Severstal"):
        assert expected in words
    worst, evenly = page.split("Most mistakes")[1].split("Picked evenly")
    assert worst.count("<figure>") == evenly.count("<figure>") == 2
    assert worst.count("<img") == 4
    assert "Found: none." in worst
    assert "Found: another 80.0" in worst
    assert "&lt;b&gt;.png" in page
    assert "<b>.png" not in page


def test_of_near_duplicates_only_the_worst_is_shown(items: list[Tile]) -> None:
    page = text_of(items, [[]] * 6)
    assert page.split("Picked evenly")[0].count("<figure>") == 2


def test_without_mistakes_there_are_none_to_show(items: list[Tile]) -> None:
    right = [made.found(0, 0.9, 2, 2, 8, 8)]
    assert "Most mistakes" not in text_of(items, [right] * 4 + [[]] * 2)


def test_clean_strip_on_which_nothing_is_found_has_no_pictures(items: list[Tile]) -> None:
    assert "<img" not in text_of(items[4:], [[], []])


def test_boxes_alone_have_no_figures_of_outlines(items: list[Tile]) -> None:
    seen = [[made.found(0, 0.9, 2, 2, 8, 8, mask=False)]] * 6
    page = text_of(items, seen)
    assert "Severstal" not in page
    assert "<img" in page


def test_without_a_model_there_is_no_section(items: list[Tile]) -> None:
    assert collect_outlines(items, None, None, 2) is None
