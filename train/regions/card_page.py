"""``card.md``: the model card of a gate or a classifier as a page."""

from __future__ import annotations

from collections.abc import Sequence

from train.loop.run_folder import CURVES
from train.regions.card import Interval, RunCard, RunOpening


def as_markdown(card: RunCard) -> str:
    """The card as Markdown."""
    region, size, data = card.geometry.region, card.geometry.input, card.data
    cut = f"tiles of {region[0]}×{region[1]} px" if region else "whole frames"
    rows = [
        f"| {split} | {f.n} | {f.accuracy:.4f} | {_interval(f.accuracy_interval)} "
        f"| {_number(f.auroc)} | {_interval(f.auroc_interval)} |"
        for split, f in card.figures.items()
    ]
    splits = ", ".join(f"{n} {name}" for name, n in data.splits.items())
    return "\n".join(
        [
            f"# {card.network}, {card.task}",
            "",
            f"{card.about.capitalize()}; {card.parameters:,} parameters.",
            "",
            f"- **Input**: {cut}, as {size[0]}×{size[1]} grey pixels from 0 to 1.",
            f"- **Outputs**: {', '.join(card.outputs)} ({card.activation} of the logits).",
            f"- **Data**: {data.name}. Source: {data.source}. Terms: {data.terms}.",
            f"- **Items**: {splits}.",
            f"- **Data digest**: `{data.digest}`; of groups and splits: `{data.split_digest}`.",
            f"- **Training**: {card.epochs} epochs, {card.weights}, seed {card.seed},"
            f" {card.seconds / 60:.1f} min, finished {card.finished}.",
            f"- **Versions**: {', '.join(f'{k} {v}' for k, v in card.versions.items())}.",
            "",
            "| split | items | accuracy | 95 % interval | AUROC, defect or none | 95 % interval |",
            "|---|---|---|---|---|---|",
            *rows,
            "",
            "Intervals: bootstrap over groups of near-duplicates. All choices were made on val;"
            " holdout is only reported.",
            *_opened(card.holdout_openings),
            "",
            f"![Learning curves]({CURVES})",
            "",
            "Again:",
            "",
            f"    {card.command}",
            "",
        ]
    )


def _opened(openings: Sequence[RunOpening]) -> list[str]:
    """A line for each evaluation of the holdout."""
    return ["", *(f"- Holdout opened {o.when} by `{o.by}`." for o in openings)]


def _interval(ends: Interval | None) -> str:
    return "–" if ends is None else f"{ends[0]:.4f}–{ends[1]:.4f}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"
