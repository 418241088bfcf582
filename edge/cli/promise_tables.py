"""What the gate promised and what it did, and how far scores can be taken at their word: tables."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table

from edge.bundle.manifest import Manifest
from edge.bundle.promises import Promise, Rate
from edge.cli.console import as_markup
from edge.cli.table_style import page_table


def promises_table(manifest: Manifest) -> Table:
    """Promised and holdout rates side by side, for each unit, of all defects and of each class."""
    gate, report = manifest.thresholds.gate, manifest.gate_report
    chosen_on, split = as_markup(gate.split), as_markup(report.split)
    table = page_table(
        f"Groups let through by the gate at {gate.value:.4f}, promised and on the {split}",
        ("groups that show", "promised"),
        ("up to", f"{chosen_on} n", "limit", f"{split}, %", "its items, %"),
    )
    table.caption = (
        f"A group is let through where any of its items is. up to: the highest threshold that "
        f"keeps the promise; limit: of what is let through, by {chosen_on} (Clopper-Pearson); "
        f"each with confidence {1 - gate.delta:.0%} by itself."
    )
    for unit, promises in manifest.promises.items():
        chosen = ", deployed" if promises.deployed else ""
        table.add_row(f"[bold]{unit}s{chosen}[/]")
        for name, promise in {"a defect": promises.defect, **promises.per_class}.items():
            table.add_row(f"  {as_markup(name)}", *_promise_cells(promise))
        passed = promises.clean_passed_on
        table.add_row("  none: passed on", "", "", "", "", "", _rate(passed))
    return table


def _promise_cells(promise: Promise) -> Iterator[str]:
    if promise.alpha is None:
        yield "too few to promise"
    else:
        yield f"at most {promise.alpha:.1%}" if promise.kept else "not at this threshold"
    yield f"{promise.value:.4f}" if promise.alpha is not None and promise.value is not None else ""
    yield f"{promise.n:,}"
    yield f"{promise.miss_limit:.1%}"
    yield _rate(promise.holdout)
    yield _rate(promise.holdout_items)


def _rate(rate: Rate) -> str:
    if rate.rate is None or rate.interval is None:
        return "none there"
    low, high = rate.interval
    return f"{rate.rate * 100:.1f} of {rate.n:,}\n({low * 100:.1f}–{high * 100:.1f})"


def calibration_table(manifest: Manifest) -> Table:
    """Each stage's temperature, and what it did to the expected calibration error."""
    table = page_table(
        "Expected calibration error of int8 at temperature 1 and at the stage's, points",
        ("stage", "judged"),
        ("temperature", "val", "holdout"),
    )
    stages = {"gate": manifest.stages.gate, "classifier": manifest.stages.classifier}
    for name, stage in stages.items():
        calibration = manifest.calibration.get(name)
        if stage is None or calibration is None:
            continue
        table.add_row(
            name,
            as_markup(calibration.judged),
            f"{stage.temperature:.4f}",
            *(
                f"{split.before * 100:.2f} → {split.after * 100:.2f}\n"
                f"{split.n:,} {calibration.unit}s"
                for split in (calibration.val, calibration.holdout)
            ),
        )
    return table
