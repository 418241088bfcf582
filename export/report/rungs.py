"""The report's sections on the rungs: what each loses, and how long it takes."""

from __future__ import annotations

from html import escape

from edge.bundle.manifest_parts import FigureDifference
from export.report.plots import pareto
from export.report.report_data import CascadeRung, ReportData, ReportedRung
from export.score.stage_answers import ACCURACY, AUROC
from train.evaluate.report.words import NOTHING, number, percent, percents, whole_percent
from train.html.page import image, table


def ladder(report: ReportData) -> str:
    """Every rung: size, accuracy of the verdict, and whether it is packed, as HTML."""
    split = report.split
    stands = "let through" if split == "val" else "packed"
    rows = []
    for rung in report.rungs:
        decision = rung.figures.get(split, {}).get("decision")
        counts = [d.verdict for d in rung.differences.get(split, ())]
        bound = _of(rung, split, "decision", ACCURACY)
        rows.append(
            (
                str(rung),
                f"{sum(rung.bytes.values()) / 1024:,.0f}" if rung.bytes else NOTHING,
                percent(decision and decision.accuracy),
                percents(decision and decision.accuracy_interval),
                f"{decision.n:,} {decision.unit}s" if decision else NOTHING,
                points(bound and bound.difference),
                points(bound and bound.lower),
                f"{counts.count('held')} / {counts.count('not judged')} / {counts.count('worse')}"
                if counts
                else NOTHING,
                stands if rung.packed else f"refused: {rung.refused}",
            )
        )
    header = ("rung", "KiB", "verdicts right", "95 %", "of", "points", "bound")
    warning = (
        '<p class="warning">The holdout stayed closed: these are figures of val, on which '
        "thresholds were chosen too, and nothing was packed.</p>"
        if split == "val"
        else ""
    )
    simulated = (
        '<p class="warning">Simulated: the items were drawn, and say nothing of real steel.</p>'
        if report.simulated
        else ""
    )
    return (
        simulated
        + warning
        + table((*header, "held / not judged / worse", ""), rows)
        + '<p class="note">Points are of accuracy against float32 TFLite; with 95 % confidence the '
        "form is not down by more than its bound. A figure held where its lower bound is above "
        "minus its margin; it was not judged where so few items cannot resolve the margin. A form "
        "of which any figure is worse is refused.</p>"
    )


def differences(report: ReportData) -> str:
    """Every figure of int8 against float32, as HTML."""
    split, bounds = report.split, report.bounds
    (int8,) = (r for r in report.rungs if str(r) == "tflite int8")
    rows = [
        (
            f"{d.stage}: {d.figure}",
            f"{d.n:,} {d.unit}s",
            _shown(d, d.float32),
            _shown(d, d.int8),
            points(d.difference),
            points(d.lower),
            points(d.upper),
            f"{100 * d.margin:g}",
            NOTHING if d.only_float_right is None else d.only_float_right,
            NOTHING if d.only_int8_right is None else d.only_int8_right,
            d.verdict,
        )
        for d in int8.differences[split]
    ]
    header = ("", "of", "float32", "int8", "points", "at least", "at most", "margin")
    return (
        table((*header, "only float right", "only int8 right", ""), rows)
        + '<p class="note">Paired, on the same items. Bounds are one-sided, '
        f"{whole_percent(bounds.confidence)} each, by {bounds.resamples:,} draws of whole "
        "groups of near-duplicates.</p>"
    )


def pareto_section(report: ReportData) -> str:
    """Accuracy of the verdict against time, or size where nothing was timed, as HTML."""
    timed = any(rung.latency for rung in report.rungs)
    base = next(rung for rung in report.rungs if str(rung) == "tflite float32")
    shown = []
    for rung in report.rungs:
        decision = rung.figures.get(report.split, {}).get("decision")
        cost = relative_time(rung, base) if timed else sum(rung.bytes.values()) / 1024
        if decision and cost:
            shown.append(
                {
                    "name": str(rung),
                    "format": rung.format,
                    "packed": rung.packed,
                    "cost": cost,
                    "accuracy": decision.accuracy,
                    "interval": decision.accuracy_interval,
                }
            )
    across = "time of all networks on one region, × float32 TFLite" if timed else "size, KiB"
    note = "" if timed else '<p class="note">Times are left out, so that bytes can be repeated.</p>'
    return image(pareto(shown, across), "Accuracy against cost") + note


def latency(report: ReportData) -> str:
    """Every network of every rung, as HTML; empty where nothing was timed."""
    rows = [
        (
            f"{rung}, {stage}",
            f"{latency.p50:.3f}",
            f"{latency.p99:.3f}",
            f"{latency.ratio:.2f}",
            latency.n,
        )
        for rung in report.rungs
        for stage, latency in rung.latency.items()
    ]
    if not rows:
        return ""
    machine = report.machine
    header = ("", "median ms", "p99 ms", "× float32 TFLite", "rounds")
    return (
        table(header, rows)
        + f'<p class="note">One region at a time, {machine.threads} threads, on '
        f"{escape(machine.architecture)} with {machine.cores} cores. Forms took turns, so "
        "that what else the machine did slowed all alike: the ratio, a median of rounds, says "
        "more than the times. Ratios within 25 % are a tie. A device finds out for itself: "
        "millsight tune.</p>"
    )


def parity(report: ReportData) -> str:
    """How far every rung lies from Keras, as HTML."""
    rows = [
        (
            str(rung),
            *(f"{rung.parity[s]:.1e}" if s in rung.parity else NOTHING for s in _stages(report)),
            NOTHING if rung.end_to_end is None else f"{rung.end_to_end:.1e}",
        )
        for rung in report.rungs
    ]
    header = ("rung", *(f"{stage}, same tensors" for stage in _stages(report)))
    return (
        table((*header, "golden frames, from the file on"), rows)
        + '<p class="note">Same tensors: largest difference from Keras, as a share of the largest '
        "number it gives. Golden frames: largest difference of any score from Keras, through the "
        f"code of the line; float32 may be {report.float_within:g} off.</p>"
    )


def relative_time(rung: ReportedRung, base: ReportedRung) -> float:
    """Of all networks together, as a multiple of float32 TFLite's; 0 where nothing was timed.

    Each takes as long as that does times its ratio to it, which was taken side by side.
    """
    whole = sum(latency.p50 for latency in base.latency.values())
    mine = sum(base.latency[stage].p50 * latency.ratio for stage, latency in rung.latency.items())
    return float(mine / whole) if whole else 0.0


def points(share: float | None) -> str:
    """A difference of shares, in points with two decimals."""
    return NOTHING if share is None else f"{100 * share:+.2f}".replace("-", "−")


def _stages(report: ReportData) -> list[str]:
    return list(report.layers)


def _of(rung: CascadeRung, split: str, stage: str, figure: str) -> FigureDifference | None:
    found = (d for d in rung.differences.get(split, ()) if (d.stage, d.figure) == (stage, figure))
    return next(found, None)


def _shown(difference: FigureDifference, value: float | None) -> str:
    return number(value) if difference.figure == AUROC else percent(value)
