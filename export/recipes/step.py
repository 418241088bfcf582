"""A recipe's steps with concrete folders; each is one command line."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from edge.cli import millsight

PROGRESS = ("resume", "overwrite", "force")
"""Options that say what to do with existing output; they do not affect the result."""


@dataclass(frozen=True, slots=True)
class Step:
    """One command of a recipe.

    Attributes:
        name: Name of the step.
        words: Arguments after ``millsight``.
    """

    name: str
    words: tuple[str, ...]

    @property
    def command(self) -> str:
        """The command line as text."""
        return shlex.join(["millsight", *self.words])

    @property
    def kind(self) -> str:
        """``train``, ``export``, or the name of a subcommand of ``data``."""
        return self.words[1] if self.words[0] == "data" else self.words[0]

    def parsed(self) -> click.Context:
        """The parsed command; it is not run.

        Raises:
            click.UsageError: An option is invalid.
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

    def does_the_same_as(self, command: str) -> bool:
        """Whether another command line gives the same result.

        Parsed option values are compared, with defaults filled in: order, spelling and explicit
        defaults do not matter, and the options in ``PROGRESS`` are left out. An old command that
        can no longer be parsed is compared as text.

        Raises:
            click.UsageError: An option of this step is invalid.
        """
        if command == self.command:
            return True
        try:
            recorded = Step(self.name, tuple(shlex.split(command)[1:])).parsed()
        except (click.UsageError, ValueError):
            return False
        own = self.parsed()
        return recorded.command is own.command and _settings(recorded) == _settings(own)

    def resumed(self) -> Step:
        """The same step with ``--resume``."""
        return Step(self.name, (*self.words, "--resume"))


def plan_steps(
    commands: Iterable[tuple[str, str]],
    places: Mapping[str, Path],
    options: Mapping[str, Mapping[str, object]],
) -> list[Step]:
    """The steps of a recipe.

    Args:
        commands: Name and command of each step; see ``export.recipes.catalogue``.
        places: Values for ``{data}``, ``{runs}`` and ``{out}``.
        options: Options to set or replace, by a step's kind or name; None keeps the recipe's
            value, True sets a flag.
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


def _settings(context: click.Context) -> dict[str, object]:
    """The values of a command's options and arguments."""
    return {name: value for name, value in context.params.items() if name not in PROGRESS}


def _with(words: list[str], option: str, value: object) -> list[str]:
    if value is None or value is False:
        return words
    if value is True:
        return [*words, option]
    if option not in words:
        return [*words, option, str(value)]
    place = words.index(option) + 1
    return [*words[:place], str(value), *words[place + 1 :]]
