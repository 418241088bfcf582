"""Warnings about a packed bundle, from its own figures."""

from __future__ import annotations

from collections.abc import Iterator

from edge.bundle import Manifest

LOW_AP50 = 0.1
"""AP50 below which a warning is given: if float is just as bad, the comparison with it passes."""


def release_warnings(manifest: Manifest) -> Iterator[str]:
    """Reasons not to trust the bundle that the comparison of int8 with float does not cover."""
    for stage, forms in manifest.metrics.items():
        figures = forms["int8"]
        interval = figures.auroc_interval
        if interval is not None and interval[0] <= 0.5:
            yield (
                f"the {stage} may be no better than chance: its AUROC on the holdout is "
                f"{interval[0]:.2f} to {interval[1]:.2f}"
            )
    verdict = manifest.metrics.get("decision")
    recall = verdict["int8"].recall_per_class if verdict else {}
    unit = manifest.thresholds.decision.unit
    for kind, consequence in (
        ("none", f"calls every clean {unit} of the holdout defective"),
        ("defect", f"calls every defective {unit} of the holdout clean"),
    ):
        if recall.get(kind) == 0:
            yield f"the verdict {consequence}"
    gate = manifest.thresholds.gate
    if gate.alpha is None:
        yield f"the gate promises no rate: {gate.n} defective groups in {gate.split} are too few"
    outlines = manifest.stages.instances
    if outlines and "int8" in outlines.figures and outlines.figures["int8"].box_ap50 < LOW_AP50:
        yield (
            f"the instance networks find almost nothing: their AP50 on the holdout is "
            f"{outlines.figures['int8'].box_ap50:.3f}"
        )
    yield from _broken_promises(manifest)


def _broken_promises(manifest: Manifest) -> Iterator[str]:
    """Promises that the holdout contradicts by more than chance allows."""
    for unit, promises in manifest.promises.items():
        for name, promise in {"a defect": promises.defect, **promises.per_class}.items():
            if not promise.kept or promise.alpha is None:
                continue
            missed = promise.holdout
            if missed.interval is not None and missed.interval[0] > promise.alpha:
                yield (
                    f"the gate missed {missed.count} of the holdout's {missed.n} groups of {unit}s "
                    f"with {name}, but promises at most {promise.alpha:.0%}"
                )
