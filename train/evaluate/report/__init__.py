"""A page on which a person decides whether to trust a bundle."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from edge.core.files import write_whole
from edge.vision.cascade import Cascade
from train.data.tiles import Tile
from train.evaluate.instances.judged import JudgedInstances
from train.evaluate.report.page import report_page
from train.evaluate.scored import Scored
from train.evaluate.subject import Subject

__all__ = ["write_report"]


def write_report(
    path: Path,
    subject: Subject,
    cascade: Cascade,
    items: Sequence[Tile],
    scored: Scored,
    instances: JudgedInstances | None,
    figures: dict[str, Any],
    *,
    mistakes: int = 12,
) -> None:
    """Write one self-contained HTML page.

    Args:
        path: The page.
        subject: What was judged.
        cascade: What judged; it judges the worst mistakes again, to show where it saw something.
        items: What it judged.
        scored: What it said of them, in the same order.
        instances: What its instance model found on them, likewise; None where it has none for them.
        figures: What ``train.evaluate.evaluation.evaluation`` made of that.
        mistakes: Pictures of each kind of mistake, at most.

    Raises:
        UnwritableError: The page cannot be written.
        ImageError: An image cannot be read any more.
    """
    write_whole(path, report_page(subject, cascade, items, scored, instances, figures, mistakes))
