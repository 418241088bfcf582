"""A bundle from its parts: the manifest is written, what it names is packed, and it is tried."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from edge.bundle import read_bundle
from edge.bundle.container import MANIFEST, write_container
from edge.bundle.drift import Drift
from edge.bundle.evidence import (
    Calibration,
    Figures,
    GateReport,
    Precision,
    Thresholds,
    Unit,
)
from edge.bundle.manifest import FORMAT, FileEntry, FrameSizes, Manifest, TrainingData
from edge.bundle.promises import UnitPromises
from edge.bundle.stages import InstanceStage, ModelFile, Stage, StageGeometry, Stages
from edge.bundle.verify import run_golden_frames
from edge.cascade import Cascade
from edge.errors import BundleError, ConfigError
from edge.preprocess import Geometry
from export.golden import golden_frames
from export.instance_stage import InstanceParts, instance_stage, open_stage
from export.label import Label, holdout_openings, versions
from export.shrink import Forms
from train.data.sample import DataSet
from train.finished_run import Run

MAX_SIDE = 8192
"""Largest side, in pixels, of a frame that is cut into regions."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What goes into a bundle.

    Attributes:
        forms: Runs and their converted networks, by stage.
        cascades: The networks loaded, by precision.
        thresholds: Chosen on val.
        metrics: Holdout figures by stage and precision.
        report: Int8 against float.
        promises: What the gate promises, by unit.
        temperatures: Of the networks, by stage.
        calibrations: What these did, by stage.
        drift: What a device measures drift against.
        instances: What outlines defects; None packs a bundle that outlines none.
    """

    forms: Mapping[str, tuple[Run, Forms]]
    cascades: Mapping[Precision, Cascade]
    thresholds: Thresholds
    metrics: Mapping[str, Mapping[Precision, Figures]]
    report: GateReport
    promises: Mapping[Unit, UnitPromises]
    temperatures: Mapping[str, float]
    calibrations: Mapping[str, Calibration]
    drift: Drift
    instances: InstanceParts | None = None


def pack(label: Label, contents: Contents, data: DataSet, *, golden: int) -> bytes:
    """A bundle's bytes, read back and with its golden frames scored again.

    Args:
        label: What is written on it.
        contents: What goes into it.
        data: What the runs were trained on.
        golden: How many golden frames are drawn.

    Raises:
        BundleError: Too large, or a golden frame does not score what it scored before packing.
        ConfigError: A field cannot be what it was given as, such as the name.
    """
    files: dict[str, bytes] = {}
    runs = [run for run, _ in contents.forms.values()]
    temperatures = contents.temperatures
    stages = {
        name: _stage(name, run, forms, temperatures[name], files)
        for name, (run, forms) in contents.forms.items()
    }
    outlines = instance_stage(contents.instances, files) if contents.instances else None
    cascades = _with_outlines(contents.cascades, outlines, files)
    openings = [opening for run in runs for opening in run.card.holdout_openings]
    openings += contents.instances.openings if contents.instances else ()
    sizes = frame_sizes(runs[0].geometry, data)
    card = runs[0].card.data
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
            source=card.source,
            terms=card.terms,
            digest=card.digest,
            split_digest=card.split_digest,
            splits=card.splits,
        ),
        "metrics": contents.metrics,
        "gate_report": contents.report,
        "holdout_openings": holdout_openings(openings, label),
        "golden": golden_frames(golden, sizes, cascades, files),
        "files": {
            file: FileEntry(sha256=hashlib.sha256(content).hexdigest(), bytes=len(content))
            for file, content in files.items()
        },
    }
    try:
        manifest = Manifest(**fields)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "as a whole"
        raise ConfigError(
            f"the bundle's {place} cannot be {first.get('input')!r}: {first['msg']}"
        ) from None
    content = write_container(files | {MANIFEST: manifest.to_json()})
    _check_packed(content)
    return content


def frame_sizes(geometry: Geometry, data: DataSet) -> FrameSizes:
    """Sizes of frame that networks of this geometry take.

    Frames that are cut into regions may be of any size from one region on, because the last region
    of a row ends at the border. Frames that are squashed whole must be of sizes that were trained.
    """
    if geometry.region:
        width, height = geometry.region
        return FrameSizes(
            min_width=width,
            max_width=max(width, MAX_SIDE),
            min_height=height,
            max_height=max(height, MAX_SIDE),
            multiple_width=1,
            multiple_height=1,
        )
    trained = data.of("train")
    widths, heights = [s.width for s in trained], [s.height for s in trained]
    return FrameSizes(
        min_width=min(widths),
        max_width=max(widths),
        min_height=min(heights),
        max_height=max(heights),
        multiple_width=1,
        multiple_height=1,
    )


def _stage(name: str, run: Run, forms: Forms, temperature: float, files: dict[str, bytes]) -> Stage:
    """Describe a stage, and put its networks among the files."""
    models = []
    for precision, content in forms.items():
        file = f"models/{name}-{precision}.tflite"
        files[file] = content
        models.append(ModelFile(file=file, format="tflite", precision=precision))
    return Stage(
        network=run.card.network,
        outputs=run.card.outputs,
        activation=run.card.activation,
        temperature=temperature,
        geometry=StageGeometry(region=run.geometry.region, input=run.geometry.input),
        models=tuple(models),
    )


def _with_outlines(
    cascades: Mapping[Precision, Cascade], stage: InstanceStage | None, files: Mapping[str, bytes]
) -> Mapping[Precision, Cascade]:
    """The cascades with the instance model, so that golden frames record what it outlines."""
    if stage is None:
        return cascades
    outlining = {precision: copy.copy(cascade) for precision, cascade in cascades.items()}
    for precision, cascade in outlining.items():
        cascade.instances = open_stage(stage, files, cascade.classes, precision)
    return outlining


def _check_packed(content: bytes) -> None:
    for result in run_golden_frames(read_bundle(content)):
        if not result.agrees:
            raise BundleError(
                f"{result.file} in {result.precision} scores {result.difference:.3f} off what it "
                f"scored before packing; nothing was written",
                "This device does not compute the same twice; check its memory",
            )
