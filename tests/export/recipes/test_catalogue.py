from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from export.recipes.catalogue import (
    FETCH,
    RECIPES,
    SEVERSTAL,
    STUDY,
)
from export.recipes.step import Step, plan_steps
from export.recipes.step_state import state
from train.networks import NETWORKS

COMMANDS = {
    **{name: recipe.commands for name, recipe in RECIPES.items()},
    "fetched, with the study": (FETCH, *SEVERSTAL.commands, *STUDY),
}


def planned(commands: Sequence[tuple[str, str]], root: Path) -> list[Step]:
    places = {"data": root / "data", "runs": root / "runs", "out": root / "x.millsight"}
    return plan_steps(commands, places, {})


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_one_that_millsight_takes(name: str, tmp_path: Path) -> None:
    for step in planned(COMMANDS[name], tmp_path / "a folder"):
        assert "{" not in step.command
        assert state(step) == "new"


@pytest.mark.parametrize("name", COMMANDS)
def test_a_step_uses_only_what_an_earlier_one_made(name: str, tmp_path: Path) -> None:
    made = {tmp_path / "data"}
    for step in planned(COMMANDS[name], tmp_path):
        given = step.parsed().params
        used = {given.get(name) for name in ("gate", "classifier", "instances", "data")} - {None}
        learnt = [*given.get("teachers", ()), *given.get("also", ())]
        learnt += filter(None, [given.get("weights")])
        assert used | set(map(Path, learnt)) <= made
        assert step.kind in ("split", "fetch", "simulate") or given["out"] not in made
        made.add(given["out"])


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_ends_in_a_bundle_of_all_three_models(name: str, tmp_path: Path) -> None:
    last = planned(RECIPES[name].commands, tmp_path)[-1]
    assert last.kind == "export"
    assert last.parsed().params["classifier"]
    assert last.parsed().params["instances"]
    assert last.parsed().params["name"] == name


@pytest.mark.parametrize("name", RECIPES)
def test_outlines_start_from_the_classifier_on_windows_that_cover_frames(
    name: str, tmp_path: Path
) -> None:
    steps = {step.name: step.parsed().params for step in planned(RECIPES[name].commands, tmp_path)}
    outlines = steps["instances"]
    assert Path(outlines["weights"]) == steps["classifier"]["out"]
    assert outlines["window"] == ((400, 128) if name == "cold-strip" else (400, 256))


def test_the_study_s_networks_are_trained_for_both_tasks_as_it_trained_them(
    tmp_path: Path,
) -> None:
    steps = planned(STUDY, tmp_path)
    for task in ("binary", "multiclass"):
        given = [s.parsed().params for s in steps if s.words[1] == task]
        networks = [g["network"] for g in given]
        assert networks == [n for n in NETWORKS if n.startswith(("ann", "cnn"))]
        assert not any(g["region"] or g["epochs"] or g["items_per_epoch"] for g in given)
