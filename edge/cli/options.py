"""Options that several commands share."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from edge.bundle import Bundle

_Command = Callable[..., Any]


class Size(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.4 on
    """Width and height in pixels, written ``WIDTHxHEIGHT``."""

    name = "WxH"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """Read ``200x128``."""
        if isinstance(value, tuple):
            return value
        match = re.fullmatch(r"([1-9]\d{0,5})[x×]([1-9]\d{0,5})", str(value), re.IGNORECASE)
        if match is None:
            self.fail(f"{value!r} is no size; write WIDTHxHEIGHT in pixels, as 200x128", param, ctx)
        return int(match[1]), int(match[2])


SIZE = Size()


class _Positive(click.FloatRange):
    """A number above 0; infinity and not-a-number are refused."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read a number."""
        number: float = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value!r} is no finite number", param, ctx)
        return number


POSITIVE = _Positive(min=0, min_open=True)

bundle_option = click.option(
    "--bundle",
    "bundle_name",
    metavar="B",
    help="Bundle file (FILE.millsight), or the name of a shipped one. [default: simulated]",
)
convert_colour_option = click.option(
    "--convert-colour", is_flag=True, help="Turn real colour into grey rather than refuse it."
)


def format_option(help_text: str, *, machine: str = "json") -> Callable[[_Command], _Command]:
    """``--format``: text for people, or ``machine`` for programs."""
    return click.option(
        "--format",
        "format_",
        type=click.Choice(["text", machine]),
        default="text",
        show_default=True,
        help=help_text,
    )


def with_options(*options: Callable[[_Command], _Command]) -> Callable[[_Command], _Command]:
    """Give a command several options, in the order of its help page."""

    def decorate(command: _Command) -> _Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


engine_options = with_options(
    click.option("--engine", help="Inference engine. [default: the first installed]"),
    click.option(
        "--precision",
        type=click.Choice(["int8", "float32"]),
        default="int8",
        show_default=True,
        help="Which of the bundle's models to run.",
    ),
    click.option(
        "--threads",
        type=click.IntRange(1, 64),
        default=min(2, os.cpu_count() or 1),
        show_default=True,
        help="Threads for each model.",
    ),
)
"""``--engine``, ``--precision`` and ``--threads``."""


def open_bundle(name: str | None) -> Bundle:
    """Load and check the bundle that ``--bundle`` names, or the shipped default.

    Raises:
        MissingPathError: There is no such file.
        BundleError: It is corrupt, or newer than this program.
    """
    from edge.bundle import find_bundle, load_bundle

    return load_bundle(find_bundle(name))
