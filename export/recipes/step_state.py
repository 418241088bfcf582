"""State of a recipe's step: whether the same command has already run on the same inputs."""

from __future__ import annotations

import hashlib
import json
import shlex
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from edge.core.errors import TrainingError, UnwritableError
from edge.core.files import write_whole
from export.recipes.step import Step
from train.atomic_paths import readable
from train.data import SPLIT_FILE
from train.data.severstal import ABOUT, TABLE
from train.loop import checkpoint
from train.loop.run_folder import CARD

State = Literal["new", "begun", "done"]

RECORD = "export.json"
"""File beside the runs of a bundle; it records the runs and the command."""

_WEIGHT_FILES = {".npz", ".keras"}

_ANEW = "Remove it to make it again, or choose another folder with --runs"


class FinishedRun(BaseModel):
    """Command and times in a finished run's card."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    command: str
    started: datetime
    finished: datetime


class ExportRecord(BaseModel):
    """Inputs and result of an export: SHA-256 of the runs' cards and the bundle; the command."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    command: str
    gate: str | None = None
    classifier: str | None = None
    instances: str | None = None
    bundle: str

    def describes(self, other: ExportRecord) -> bool:
        """Whether runs and bundle are the same; the command is ignored."""
        return self.model_copy(update={"command": other.command}) == other


def state(step: Step) -> State:
    """Whether a step is new, was interrupted, or is done.

    Raises:
        click.UsageError: Its command is invalid.
        DataError: A folder cannot be read.
        TrainingError: Its folder holds another command's run, or a run older than its sources.
        UnwritableError: Another bundle, or another set of simulated frames, is in its place.
    """
    options = step.parsed().params
    with readable(Path(options["out"] or options["root"])):
        if step.kind == "train":
            return _training_state(step, options)
        return "done" if _output_exists(step, options) else "new"


def record_export(step: Step) -> None:
    """Record the inputs of a bundle, so that it is not made again.

    Raises:
        UnwritableError: The record cannot be written.
    """
    options = step.parsed().params
    record = _export_record(step, options).model_dump(exclude_none=True)
    write_whole(
        options["gate"].parent / RECORD, json.dumps(record, indent=2, allow_nan=False) + "\n"
    )


def _output_exists(step: Step, options: dict[str, Any]) -> bool:
    """Whether a step's output exists."""
    match step.kind:
        case "fetch":
            return bool((options["out"] / TABLE).is_file())
        case "simulate":
            return _frames_exist(options)
        case "split":
            return bool((options["out"] or options["root"] / SPLIT_FILE).exists())
        case _:
            return _bundle_exists(step, options)


def _training_state(step: Step, options: dict[str, Any]) -> State:
    folder: Path = options["out"]
    run = _finished_run(folder)
    if run is None:
        return "begun" if (folder / checkpoint.NAME).exists() else "new"
    if not step.does_the_same_as(run.command):
        raise TrainingError(f"{folder} holds the run of another command: {run.command}", _ANEW)
    for source in _source_runs(options):
        learnt_from = _finished_run(source)
        if learnt_from is None or learnt_from.finished > run.started:
            raise TrainingError(f"{folder} was not trained from the current {source}", _ANEW)
    return "done"


def _source_runs(options: dict[str, Any]) -> list[Path]:
    """The runs that serve a training as teachers or initial weights; weight files do not count."""
    runs = [Path(teacher) for teacher in options.get("teachers", ())]
    if options["weights"] and Path(options["weights"]).suffix not in _WEIGHT_FILES:
        runs.append(Path(options["weights"]))
    return runs


def _finished_run(folder: Path) -> FinishedRun | None:
    """The card entries of a finished run; None if there is none."""
    path = folder / CARD
    if not path.exists():
        return None
    try:
        return FinishedRun.model_validate_json(path.read_bytes())
    except ValidationError:
        raise TrainingError(f"{path} is damaged", _ANEW) from None


def _frames_exist(options: dict[str, Any]) -> bool:
    """Whether the folder holds the requested frames."""
    folder: Path = options["out"]
    if not folder.exists():
        return False
    wanted = {key: options[key] for key in ("frames", "seed", "defect_rate")}
    wanted["live"] = options["live"] or None
    try:
        about = json.loads((folder / ABOUT).read_bytes())
        found = {key: about.get(key) for key in wanted}
    except (FileNotFoundError, ValueError, AttributeError):
        found = {}
    if found != wanted:
        raise UnwritableError(f"{folder} exists and holds other frames", _ANEW)
    return True


def _bundle_exists(step: Step, options: dict[str, Any]) -> bool:
    """Whether the bundle is the result of this step on the current runs."""
    if not options["out"].exists():
        return False
    try:
        record = ExportRecord.model_validate_json((options["gate"].parent / RECORD).read_bytes())
        if record.describes(_export_record(step, options)) and step.does_the_same_as(
            f"millsight {record.command}"
        ):
            return True
    except (FileNotFoundError, ValueError):
        pass  # Another command's bundle, or the runs are gone.
    if not options["force"]:
        raise UnwritableError(
            f"{options['out']} exists and is not this recipe's bundle",
            "Give --force to replace it, or choose another --out",
        )
    return False


def _export_record(step: Step, options: dict[str, Any]) -> ExportRecord:
    """The record that the export would write now."""
    runs = [name for name in ("gate", "classifier", "instances") if options[name]]
    files = {**{name: options[name] / CARD for name in runs}, "bundle": options["out"]}
    digests = {name: hashlib.sha256(p.read_bytes()).hexdigest() for name, p in files.items()}
    return ExportRecord(command=shlex.join(w for w in step.words if w != "--force"), **digests)
