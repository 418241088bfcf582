"""Collects the report's values from the choices on val and the results on the holdout."""

from __future__ import annotations

import os
import platform
from typing import Any

from export.choose.instances_on_val import ChosenInstances
from export.compare.bounds import CONFIDENCE, RESAMPLES
from export.compare.evidence import RungEvidence
from export.convert.calibration import SPLIT as CALIBRATED_ON
from export.convert.forms import EXACT, REQUIRED
from export.holdout.results import ExportResults
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
from export.score.keras_parity import FLOAT_WITHIN
from export.score.latency import THREADS
from train.evaluate.evaluation import evaluation


def report_data(results: ExportResults) -> ReportData:
    """The report's values."""
    settings, chosen, instances = results.settings, results.chosen, results.instances
    label = settings.label
    runs = [stage.run for stage in chosen.stages.values()]
    openings = [opening for run in runs for opening in run.card.holdout_openings]
    if instances:
        openings += instances.networks.run.card.holdout_openings
    opened = holdout_openings(openings, label)
    return ReportData(
        format=FORMAT,
        name=label.name,
        description=label.description,
        simulated=label.simulated,
        created=label.created,
        tools=versions(),
        machine=_machine(),
        split=results.split,
        data=ReportedData(
            name=runs[0].card.data.name,
            source=chosen.sources,
            digest=runs[0].card.data.digest,
            split_digest=runs[0].card.data.split_digest,
            items=runs[0].card.data.splits,
            chosen_on=len(chosen.val.tiles),
        ),
        margins=settings.margins,
        bounds=BoundsMethod(confidence=CONFIDENCE, resamples=RESAMPLES, sided=1),
        float_within=FLOAT_WITHIN,
        rungs=tuple(CascadeRung(**_rung(one)) for one in results.evidence.values()),
        calibration={
            name: CalibrationInputs(
                split=CALIBRATED_ON, n=len(stage.inputs), how=str(stage.quantization)
            )
            for name, stage in chosen.stages.items()
        },
        layers={name: tuple(errors) for name, errors in chosen.layers.items()},
        remedies=(*chosen.remedies, *(instances.remedies if instances else ())),
        temperatures=dict(chosen.temperatures),
        thresholds=chosen.thresholds,
        units=ReportedUnits(networks=chosen.own, decision=chosen.unit),
        evaluation={
            rung.precision: {
                unit: evaluation(said, chosen.thresholds)
                for unit, said in results.scored[rung].items()
            }
            for rung in (EXACT, REQUIRED)
        },
        instances=_instances(results, instances) if instances else None,
        holdout_openings=opened if results.on_holdout else opened[:-1],
    )


def _rung(evidence: RungEvidence[Any]) -> dict[str, Any]:
    return {
        "format": evidence.rung.format,
        "precision": evidence.rung.precision,
        "packed": evidence.refused is None,
        "refused": evidence.refused,
        "bytes": evidence.files.sizes,
        "sha256": evidence.files.digests,
        "parity": evidence.files.parity,
        "end_to_end": evidence.end_to_end,
        "figures": evidence.figures,
        "differences": evidence.differences,
        "latency": evidence.latency,
    }


def _instances(results: ExportResults, instances: ChosenInstances) -> ReportedInstances:
    return ReportedInstances(
        windows=tuple(instances.sizes),
        rungs=tuple(
            InstancesRung(**_rung(one), networks=instances.rung_formats.get(rung))
            for rung, one in results.instance_evidence.items()
        ),
    )


def _machine() -> ReportedMachine:
    return ReportedMachine(
        system=platform.system(),
        architecture=platform.machine(),
        cores=os.cpu_count(),
        threads=THREADS,
    )
