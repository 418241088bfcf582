"""A recipe's steps on given folders, each of them one command line."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from edge.cli import millsight


@dataclass(frozen=True, slots=True)
class Step:
    """One command of a recipe.

    Attributes:
        name: What it is called.
        words: What is typed after ``millsight``.
    """

    name: str
    words: tuple[str, ...]

    @property
    def command(self) -> str:
        """As a person would type it."""
        return shlex.join(["millsight", *self.words])

    @property
    def kind(self) -> str:
        """``train``, ``export`` or the name of one of ``data``'s commands."""
        return self.words[1] if self.words[0] == "data" else self.words[0]

    def parsed(self) -> click.Context:
        """The command with its options, read and not run.

        Raises:
            click.UsageError: An option is wrong.
        """
        command: click.Command = millsight
        words = list(self.words)
        while isinstance(command, click.Group):
            name = words.pop(0)
            found = command.get_command(click.Context(command), name)
            if found is None:
                raise click.UsageError(f"there is no command {name}")
            command = found
        return command.make_context(name, words)

    def resumed(self) -> Step:
        """The same, going on with an interrupted run."""
        return Step(self.name, (*self.words, "--resume"))


def plan_steps(
    commands: Iterable[tuple[str, str]],
    places: Mapping[str, Path],
    options: Mapping[str, Mapping[str, object]],
) -> list[Step]:
    """The steps of a recipe.

    Args:
        commands: Name and command of each; see ``export.recipes.catalogue``.
        places: What stands for ``{data}``, ``{runs}`` and ``{out}``.
        options: By a step's kind or name, options that are set or replaced; None leaves one as the
            recipe has it, True sets a flag.
    """
    steps = []
    for name, text in commands:
        words = shlex.split(text)
        for key, path in places.items():
            words = [word.replace(f"{{{key}}}", str(path)) for word in words]
        for whose in (Step(name, tuple(words)).kind, name):
            for option, value in options.get(whose, {}).items():
                words = _with(words, option, value)
        steps.append(Step(name, tuple(words)))
    return steps


def _with(words: list[str], option: str, value: object) -> list[str]:
    if value is None or value is False:
        return words
    if value is True:
        return [*words, option]
    if option not in words:
        return [*words, option, str(value)]
    place = words.index(option) + 1
    return [*words[:place], str(value), *words[place + 1 :]]
