"""The report as plain values: what its JSON says, and its page shows."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from edge.bundle.manifest_parts import FigureDifference
from export.choose.instances_on_val import ChosenInstances
from export.choose.on_val import ChosenOnVal
from export.compare.bounds import CONFIDENCE, RESAMPLES
from export.compare.evidence import RungEvidence
from export.compare.instance_non_inferiority import ApDifference
from export.convert.calibration import SPLIT as CALIBRATED_ON
from export.convert.forms import EXACT, REQUIRED
from export.holdout.cascade import HoldoutResult
from export.pack.release_label import holdout_openings, versions
from export.score.input_checks import HOLDOUT, VAL
from export.score.keras_parity import FLOAT_WITHIN
from export.score.latency import THREADS
from export.settings import ExportSettings
from train.data.sample import DataSet
from train.evaluate.evaluation import evaluation

FORMAT = 2
"""Version of ``report.json``."""


def report_figures(
    order: ExportSettings,
    chosen: ChosenOnVal,
    judged: HoldoutResult | None,
    outlines: ChosenInstances | None,
    data: DataSet,
) -> dict[str, Any]:
    """Plain values for JSON; arguments as for ``export.report.make_report``."""
    label, split = order.label, HOLDOUT if judged else VAL
    scored = judged.scored if judged else chosen.scored
    runs = [stage.run for stage in chosen.stages.values()]
    openings = [opening for run in runs for opening in run.card.holdout_openings]
    if outlines:
        openings += outlines.networks.run.card.holdout_openings
    opened = holdout_openings(openings, label)
    return {
        "format": FORMAT,
        "name": label.name,
        "description": label.description,
        "simulated": label.simulated,
        "created": label.created,
        "tools": versions(),
        "machine": _machine(),
        "split": split,
        "data": {
            "name": runs[0].card.data.name,
            "source": chosen.sources,
            "digest": runs[0].card.data.digest,
            "split_digest": runs[0].card.data.split_digest,
            "items": runs[0].card.data.splits,
            "chosen_on": len(chosen.val.tiles),
        },
        "margins": asdict(order.margins),
        "bounds": {"confidence": CONFIDENCE, "resamples": RESAMPLES, "sided": 1},
        "float_within": FLOAT_WITHIN,
        "rungs": [_rung(proof) for proof in chosen.proofs.values()],
        "calibration": {
            name: {
                "split": CALIBRATED_ON,
                "n": len(stage.inputs),
                "how": str(stage.quantization),
            }
            for name, stage in chosen.stages.items()
        },
        "layers": {
            name: [asdict(error) for error in errors] for name, errors in chosen.layers.items()
        },
        "remedies": [
            asdict(one) for one in (*chosen.bought, *(outlines.bought if outlines else ()))
        ],
        "temperatures": dict(chosen.temperatures),
        "thresholds": chosen.thresholds.model_dump(mode="json"),
        "units": {"networks": chosen.own, "decision": chosen.unit},
        "evaluation": {
            rung.precision: {
                unit: evaluation(said, chosen.thresholds) for unit, said in scored[rung].items()
            }
            for rung in (EXACT, REQUIRED)
        },
        "instances": outlines and _instances(outlines),
        "holdout_openings": [
            opening.model_dump(mode="json") for opening in (opened if judged else opened[:-1])
        ],
    }


def _rung(proof: RungEvidence[Any]) -> dict[str, Any]:
    return {
        "format": proof.rung.format,
        "precision": proof.rung.precision,
        "packed": proof.refused is None,
        "refused": proof.refused,
        "bytes": proof.sizes,
        "sha256": proof.digests,
        "parity": proof.parity,
        "end_to_end": proof.end_to_end,
        "figures": {
            split: {stage: found.model_dump(mode="json") for stage, found in stages.items()}
            for split, stages in proof.figures.items()
        },
        "differences": {
            split: [_plain(difference) for difference in found]
            for split, found in proof.differences.items()
        },
        "latency": {stage: asdict(latency) for stage, latency in proof.latency.items()},
    }


def _instances(outlines: ChosenInstances) -> dict[str, Any]:
    makes = outlines.makes
    return {
        "windows": [list(size) for size in outlines.sizes],
        "rungs": [
            {**_rung(proof), "networks": asdict(makes[rung]) if rung in makes else None}
            for rung, proof in outlines.proofs.items()
        ],
    }


def _plain(difference: FigureDifference | ApDifference) -> dict[str, Any]:
    if isinstance(difference, ApDifference):
        return asdict(difference)
    return difference.model_dump(mode="json")


def _machine() -> Mapping[str, Any]:
    return {
        "system": platform.system(),
        "architecture": platform.machine(),
        "cores": os.cpu_count(),
        "threads": THREADS,
    }
