"""The HTML report of an evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from edge.core.files import write_whole
from edge.vision.cascade import Cascade
from train.data.tiles import Tile
from train.evaluate.instances.matched_instances import MatchedInstances
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
    instances: MatchedInstances | None,
    figures: dict[str, Any],
    *,
    mistakes: int = 12,
) -> None:
    """Write the report as one self-contained HTML page.

    Args:
        path: The page.
        subject: The bundle and the data.
        cascade: The cascade; it inspects the worst mistakes again to locate their highest score.
        items: The items.
        scored: The cascade's scores of the items, in the same order.
        instances: Results of the instance model, in the same order; None without such a model.
        figures: Result of ``train.evaluate.evaluation.evaluation``.
        mistakes: Largest number of pictures per kind of mistake.

    Raises:
        UnwritableError: The page cannot be written.
        ImageError: An image can no longer be read.
    """
    write_whole(path, report_page(subject, cascade, items, scored, instances, figures, mistakes))
