from __future__ import annotations

import shlex
from pathlib import Path

import click
import pytest

from export.recipes.step import Step, plan_steps

TRAIN = ("gate", "train binary --data {data} --out {runs}/gate --epochs 4")


def planned(
    commands: tuple[tuple[str, str], ...] = (TRAIN,), **options: dict[str, object]
) -> list[Step]:
    return plan_steps(commands, {"data": Path("my data"), "runs": Path("r")}, options)


def test_a_command_can_be_pasted_whatever_the_folders_are_called() -> None:
    (step,) = planned()
    assert step.command == "millsight train binary --data 'my data' --out r/gate --epochs 4"
    assert tuple(shlex.split(step.command)[1:]) == step.words
    assert step.parsed().params["data"] == Path("my data")
    assert step.resumed().command == step.command + " --resume"


@pytest.mark.parametrize(
    ("options", "end"),
    [
        ({"train": {"--epochs": 2}}, "--epochs 2"),
        ({"gate": {"--epochs": 2}}, "--epochs 2"),
        ({"train": {"--epochs": 2}, "gate": {"--epochs": 3}}, "--epochs 3"),
        ({"train": {"--limit": 9}}, "--epochs 4 --limit 9"),
        ({"train": {"--epochs": None, "--overwrite": False}}, "--epochs 4"),
        ({"train": {"--overwrite": True}}, "--epochs 4 --overwrite"),
        ({"export": {"--epochs": 2}, "teacher": {"--epochs": 2}}, "--epochs 4"),
    ],
)
def test_options_are_replaced_or_added_by_kind_and_by_name(
    options: dict[str, dict[str, object]], end: str
) -> None:
    (step,) = planned(**options)
    assert step.command.endswith(f"--out r/gate {end}")


@pytest.mark.parametrize(
    ("text", "kind"),
    [("train binary", "train"), ("data split x", "split"), ("export --gate g", "export")],
)
def test_the_kind_is_the_command_s(text: str, kind: str) -> None:
    assert planned((("a", text),))[0].kind == kind


@pytest.mark.parametrize(
    "text", ["train binary --data x --epochs 0", "train trinary", "data split --no-such x"]
)
def test_a_wrong_command_is_found_without_running_it(text: str) -> None:
    (step,) = planned((("a", text),))
    with pytest.raises(click.UsageError):
        step.parsed()
