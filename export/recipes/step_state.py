"""Whether a recipe's step has been done already, by the same command on what is there now."""

from __future__ import annotations

import hashlib
import json
import shlex
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import click
from pydantic import BaseModel, ConfigDict, ValidationError

from edge.core.errors import TrainingError, UnwritableError
from edge.core.files import write_whole
from export.recipes.step import Step
from train.atomic_paths import readable
from train.cli.resumable import command_line
from train.data import SPLIT_FILE
from train.data.severstal import ABOUT, TABLE
from train.loop import checkpoint
from train.loop.run_folder import CARD

State = Literal["new", "begun", "done"]

RECORD = "export.json"
"""Beside the runs that a bundle was made of: which they were, and by which command."""

_WEIGHT_FILES = {".npz", ".keras"}

_ANEW = "Remove it to have it made anew, or name another folder with --runs"


class StepState(BaseModel):
    """What a finished run's card says of how and when it was made."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    command: str
    started: datetime
    finished: datetime


def state(step: Step) -> State:
    """Whether a step is yet to be done, was interrupted, or is done.

    Raises:
        click.UsageError: Its command is wrong.
        DataError: A folder cannot be looked into.
        TrainingError: Its folder holds another command's run, or one older than its sources.
        UnwritableError: Its bundle, or its folder of simulated frames, exists and is another.
    """
    context = step.parsed()
    given = context.params
    with readable(Path(given["out"] or given["root"])):
        if step.kind == "train":
            return _trained(context)
        return "done" if _left(step, given) else "new"


def record_export(step: Step) -> None:
    """Note what a bundle was made of, so that it is not made again.

    Raises:
        UnwritableError: The note cannot be written.
    """
    given = step.parsed().params
    content = json.dumps(_about_export(step, given), indent=2)
    write_whole(given["gate"].parent / RECORD, content + "\n")


def _left(step: Step, given: dict[str, Any]) -> bool:
    """Whether what a step leaves is there."""
    match step.kind:
        case "fetch":
            return bool((given["out"] / TABLE).is_file())
        case "simulate":
            return _drawn(given)
        case "split":
            return bool((given["out"] or given["root"] / SPLIT_FILE).exists())
        case _:
            return _exported(step, given)


def _trained(context: click.Context) -> State:
    folder: Path = context.params["out"]
    made = _made(folder)
    if made is None:
        return "begun" if (folder / checkpoint.NAME).exists() else "new"
    if made.command != command_line(context):
        raise TrainingError(f"{folder} holds the run of another command: {made.command}", _ANEW)
    for run in _learnt_from(context.params):
        taught = _made(run)
        if taught is None or taught.finished > made.started:
            raise TrainingError(f"{folder} did not learn from {run} as it is now", _ANEW)
    return "done"


def _learnt_from(given: dict[str, Any]) -> list[Path]:
    """The runs whose answers or weights a training takes; a file of weights is none."""
    runs = [Path(teacher) for teacher in given.get("teachers", ())]
    if given["weights"] and Path(given["weights"]).suffix not in _WEIGHT_FILES:
        runs.append(Path(given["weights"]))
    return runs


def _made(folder: Path) -> StepState | None:
    """How a finished run was made; None where there is none."""
    path = folder / CARD
    if not path.exists():
        return None
    try:
        return StepState.model_validate_json(path.read_bytes())
    except ValidationError:
        raise TrainingError(f"{path} is damaged", _ANEW) from None


def _drawn(given: dict[str, Any]) -> bool:
    """Whether the folder holds the frames that are wanted."""
    folder: Path = given["out"]
    if not folder.exists():
        return False
    wanted = {key: given[key] for key in ("frames", "seed", "defect_rate")}
    wanted["live"] = given["live"] or None
    try:
        about = json.loads((folder / ABOUT).read_bytes())
        found = {key: about.get(key) for key in wanted}
    except (FileNotFoundError, ValueError, AttributeError):
        found = {}
    if found != wanted:
        raise UnwritableError(f"{folder} exists and holds other frames", _ANEW)
    return True


def _exported(step: Step, given: dict[str, Any]) -> bool:
    """Whether the bundle is the one that this step makes of the runs as they are."""
    if not given["out"].exists():
        return False
    try:
        if json.loads((given["gate"].parent / RECORD).read_bytes()) == _about_export(step, given):
            return True
    except (FileNotFoundError, ValueError):
        pass  # Another's bundle, or the runs are gone.
    if not given["force"]:
        raise UnwritableError(
            f"{given['out']} exists and is not what this recipe makes",
            "Give --force to replace it, or name another with --out",
        )
    return False


def _about_export(step: Step, given: dict[str, Any]) -> dict[str, str]:
    """The export's command, and SHA-256 of its runs' cards and of its bundle."""
    runs = [name for name in ("gate", "classifier", "instances") if given[name]]
    files = {**{name: given[name] / CARD for name in runs}, "bundle": given["out"]}
    digests = {name: hashlib.sha256(p.read_bytes()).hexdigest() for name, p in files.items()}
    return {"command": shlex.join(w for w in step.words if w != "--force"), **digests}
