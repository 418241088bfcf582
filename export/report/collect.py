"""The report's values, gathered from what was chosen on val and judged on the holdout."""

from __future__ import annotations

import os
import platform
from typing import Any

from export.choose.instances_on_val import ChosenInstances
from export.choose.on_val import ChosenOnVal
from export.compare.bounds import CONFIDENCE, RESAMPLES
from export.compare.evidence import RungEvidence
from export.convert.calibration import SPLIT as CALIBRATED_ON
from export.convert.forms import EXACT, REQUIRED
from export.holdout.cascade import HoldoutResult
from export.pack.release_label import holdout_openings, versions
from export.report.report_data import (
    FORMAT,
    BoundsMethod,
    CalibrationInputs,
    CascadeRung,
    InstancesRung,
    ReportData,
    ReportedData,
    ReportedInstances,
    ReportedMachine,
    ReportedUnits,
)
from export.score.input_checks import HOLDOUT, VAL
from export.score.keras_parity import FLOAT_WITHIN
from export.score.latency import THREADS
from export.settings import ExportSettings
from train.data.sample import DataSet
from train.evaluate.evaluation import evaluation


def report_data(
    order: ExportSettings,
    chosen: ChosenOnVal,
    judged: HoldoutResult | None,
    outlines: ChosenInstances | None,
    data: DataSet,
) -> ReportData:
    """The values; arguments as for ``export.report.make_report``."""
    label = order.label
    scored = judged.scored if judged else chosen.scored
    runs = [stage.run for stage in chosen.stages.values()]
    openings = [opening for run in runs for opening in run.card.holdout_openings]
    if outlines:
        openings += outlines.networks.run.card.holdout_openings
    opened = holdout_openings(openings, label)
    return ReportData(
        format=FORMAT,
        name=label.name,
        description=label.description,
        simulated=label.simulated,
        created=label.created,
        tools=versions(),
        machine=_machine(),
        split=HOLDOUT if judged else VAL,
        data=ReportedData(
            name=runs[0].card.data.name,
            source=chosen.sources,
            digest=runs[0].card.data.digest,
            split_digest=runs[0].card.data.split_digest,
            items=runs[0].card.data.splits,
            chosen_on=len(chosen.val.tiles),
        ),
        margins=order.margins,
        bounds=BoundsMethod(confidence=CONFIDENCE, resamples=RESAMPLES, sided=1),
        float_within=FLOAT_WITHIN,
        rungs=tuple(CascadeRung(**_rung(proof)) for proof in chosen.proofs.values()),
        calibration={
            name: CalibrationInputs(
                split=CALIBRATED_ON, n=len(stage.inputs), how=str(stage.quantization)
            )
            for name, stage in chosen.stages.items()
        },
        layers={name: tuple(errors) for name, errors in chosen.layers.items()},
        remedies=(*chosen.bought, *(outlines.bought if outlines else ())),
        temperatures=dict(chosen.temperatures),
        thresholds=chosen.thresholds,
        units=ReportedUnits(networks=chosen.own, decision=chosen.unit),
        evaluation={
            rung.precision: {
                unit: evaluation(said, chosen.thresholds) for unit, said in scored[rung].items()
            }
            for rung in (EXACT, REQUIRED)
        },
        instances=_instances(outlines) if outlines else None,
        holdout_openings=opened if judged else opened[:-1],
    )


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
        "figures": proof.figures,
        "differences": proof.differences,
        "latency": proof.latency,
    }


def _instances(outlines: ChosenInstances) -> ReportedInstances:
    return ReportedInstances(
        windows=tuple(outlines.sizes),
        rungs=tuple(
            InstancesRung(**_rung(proof), networks=outlines.makes.get(rung))
            for rung, proof in outlines.proofs.items()
        ),
    )


def _machine() -> ReportedMachine:
    return ReportedMachine(
        system=platform.system(),
        architecture=platform.machine(),
        cores=os.cpu_count(),
        threads=THREADS,
    )
