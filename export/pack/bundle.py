"""Packing: writes the manifest, packs its files, and tests the result."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from edge.bundle import read_bundle
from edge.bundle.container import MANIFEST, write_container
from edge.bundle.drift_reference import Drift
from edge.bundle.manifest import (
    FORMAT,
    FileEntry,
    Manifest,
    ReportFiles,
    TrainingData,
)
from edge.bundle.manifest_parts import (
    Calibration,
    GateReport,
    Precision,
    StageFigures,
    Thresholds,
    Unit,
)
from edge.bundle.promises import UnitPromises
from edge.bundle.stages import InstanceStage, Stage, StageGeometry, Stages
from edge.core.errors import BundleError, ConfigError
from edge.install.verify import run_golden_frames
from edge.vision.cascade import Cascade
from export.compare.instance_stage import (
    InstanceParts,
    instance_stage,
    open_stage,
)
from export.convert.cascade_forms import StageForms, open_cascade, rung_engine
from export.convert.every_form import put_models
from export.convert.forms import Rung
from export.pack.release_label import holdout_openings, versions
from export.score.frame_sizes import frame_sizes
from export.score.golden_frames import golden_frames
from export.settings import ReleaseLabel
from train.data.sample import DataSet


@dataclass(frozen=True, slots=True)
class BundleContents:
    """The content of a bundle.

    Attributes:
        stages: The cascade's networks in all forms, by stage.
        rungs: Forms to pack.
        thresholds: Thresholds chosen on val.
        metrics: Holdout figures of TFLite's forms, by stage and precision.
        gate_report: Comparison of int8 with float.
        promises: The gate's promises, by unit.
        temperatures: Temperatures of the networks, by stage.
        calibrations: Calibration errors before and after them, by stage.
        drift: The drift reference.
        sources: Sources of all data that was used, in one line.
        report: Files of the report by name, page first; empty: no report.
        instances: Instance networks; None without them.
    """

    stages: Mapping[str, StageForms]
    rungs: Sequence[Rung]
    thresholds: Thresholds
    metrics: Mapping[str, Mapping[Precision, StageFigures]]
    gate_report: GateReport
    promises: Mapping[Unit, UnitPromises]
    temperatures: Mapping[str, float]
    calibrations: Mapping[str, Calibration]
    drift: Drift
    sources: str
    report: Mapping[str, bytes] = field(default_factory=dict)
    instances: InstanceParts | None = None


def pack(label: ReleaseLabel, contents: BundleContents, data: DataSet, *, golden: int) -> bytes:
    """A bundle's bytes; they are read back and the golden frames are scored again.

    Args:
        label: Descriptive entries of the manifest.
        contents: Content of the bundle.
        data: Training data of the runs.
        golden: Number of golden frames.

    Raises:
        BundleError: The bundle is too large, or a golden frame's score differs after packing.
        ConfigError: A field of the manifest, such as the name, is invalid.
    """
    files: dict[str, bytes] = dict(contents.report)
    runs = [stage.run for stage in contents.stages.values()]
    stages = {
        name: _stage(name, stage, contents.rungs, contents.temperatures[name], files)
        for name, stage in contents.stages.items()
    }
    outlines = instance_stage(contents.instances, files) if contents.instances else None
    cascades = {rung: _cascade(contents, rung, outlines, files) for rung in contents.rungs}
    openings = [opening for run in runs for opening in run.card.holdout_openings]
    openings += contents.instances.openings if contents.instances else ()
    sizes = frame_sizes(runs[0].geometry, data)
    card, names = runs[0].card.data, tuple(contents.report)
    fields: dict[str, Any] = {
        "format": FORMAT,
        "name": label.name,
        "description": label.description,
        "simulated": label.simulated,
        "created": label.created,
        "tools": versions(),
        "classes": data.classes,
        "frame": sizes,
        "stages": Stages(
            gate=stages["gate"], classifier=stages.get("classifier"), instances=outlines
        ),
        "thresholds": contents.thresholds,
        "drift": contents.drift,
        "promises": contents.promises,
        "calibration": contents.calibrations,
        "data": TrainingData(
            name=card.name,
            source=contents.sources,
            terms=card.terms,
            digest=card.digest,
            split_digest=card.split_digest,
            splits=card.splits,
        ),
        "metrics": contents.metrics,
        "gate_report": contents.gate_report,
        "holdout_openings": holdout_openings(openings, label),
        "golden": golden_frames(golden, sizes, cascades, files),
        "report": ReportFiles(page=names[0], figures=names[1]) if names else None,
        "files": {
            file: FileEntry(sha256=hashlib.sha256(content).hexdigest(), bytes=len(content))
            for file, content in files.items()
        },
    }
    try:
        manifest = Manifest(**fields)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        what = (
            f"the bundle's {place} cannot be {first.get('input')!r}"
            if place
            else "this bundle cannot be"
        )
        raise ConfigError(f"{what}: {first['msg']}") from None
    content = write_container(files | {MANIFEST: manifest.to_json()})
    _check_packed(content)
    return content


def _stage(
    name: str, stage: StageForms, rungs: Sequence[Rung], temperature: float, files: dict[str, bytes]
) -> Stage:
    """Describe a stage, and add its networks to the files."""
    run = stage.run
    return Stage(
        network=run.card.network,
        outputs=run.card.outputs,
        activation=run.card.activation,
        temperature=temperature,
        geometry=StageGeometry(region=run.geometry.region, input=run.geometry.input),
        models=put_models(name, {rung: stage.forms[rung] for rung in rungs}, files),
    )


def _cascade(
    contents: BundleContents, rung: Rung, outlines: InstanceStage | None, files: Mapping[str, bytes]
) -> Cascade:
    """The cascade of a form with the instance model, so that golden frames record its outlines."""
    cascade = open_cascade(
        contents.stages, contents.temperatures, contents.thresholds, rung_engine(rung)
    )
    if outlines is not None:
        cascade.instances = open_stage(outlines, files, cascade.classes, rung)
    return cascade


def _check_packed(content: bytes) -> None:
    bundle = read_bundle(content)
    for format_ in sorted({model.format for model in bundle.manifest.stages.gate.models}):
        for result in run_golden_frames(bundle, engine="onnx" if format_ == "onnx" else None):
            if not result.agrees:
                raise BundleError(
                    f"{result.file} in {format_} {result.precision} scores "
                    f"{result.difference:.3f} off its score before packing; nothing was "
                    f"written",
                    "This device does not give the same result twice; check its memory",
                )
