"""Options that several commands share."""

from __future__ import annotations

import logging
import math
import os
import re
from collections.abc import Callable
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from edge.core.package_logger import package_logger
from edge.core.redaction import outgoing
from edge.core.stderr_log import say

if TYPE_CHECKING:
    from edge.bundle import Bundle
    from edge.install.trust import Device

_LOG = package_logger(__name__)
_Command = Callable[..., Any]
Used = TypeVar("Used")


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
    help="Bundle file (FILE.millsight), or the name of a shipped one. [default: the installed one, "
    "else simulated]",
)
mm_per_px_option = click.option(
    "--mm-per-px",
    type=POSITIVE,
    default=0.5,
    show_default=True,
    help="Size of a pixel on the strip, along and across (mm).",
)
convert_colour_option = click.option(
    "--convert-colour", is_flag=True, help="Turn real colour into grey rather than refuse it."
)


max_megapixels_option = click.option(
    "--max-megapixels",
    type=POSITIVE,
    default=64.0,
    show_default=True,
    help="Refuse pictures of more million pixels by their header.",
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


PRECISIONS = ("int8", "float32", "float16", "dynamic", "int16x8", "int8-s8s8")
"""Number formats that a bundle may have, spelled out: its manifest's types load slowly."""

_ENGINE = "Inference engine: litert, tflite, onnx or openvino."
engine_option = click.option("--engine", help=f"{_ENGINE} [default: the first installed]")
engine_options = with_options(
    engine_option,
    click.option(
        "--precision",
        type=click.Choice(PRECISIONS),
        default="int8",
        show_default=True,
        help="Which of the bundle's models to run; most have int8 and float32.",
    ),
    click.option(
        "--threads",
        type=click.IntRange(1, 64),
        default=min(2, os.cpu_count() or 1),
        show_default="2, or 1 where there is one core",
        help="Threads for each model.",
    ),
)
"""``--engine``, ``--precision`` and ``--threads``."""


def tuned_options(command: _Command) -> _Command:
    """The same, given to the command as one ``asked``; without them the device's plan is used."""

    @with_options(
        click.option("--engine", help=f"{_ENGINE} [default: as tuned, else the first installed]"),
        click.option(
            "--precision",
            type=click.Choice(PRECISIONS),
            help="Which of the bundle's models to run; most have int8 and float32. "
            "[default: as tuned, else int8]",
        ),
        click.option(
            "--threads",
            type=click.IntRange(1, 64),
            help="Threads for each model. [default: as tuned, else 2 where there are cores, of "
            "which `run` leaves one free]",
        ),
    )
    @wraps(command)
    def with_asked(
        *args: Any, engine: str | None, precision: str | None, threads: int | None, **more: Any
    ) -> Any:
        from edge.tune.run_choices import RunChoices

        asked = RunChoices(engine, precision, threads, say=warn)
        return command(*args, asked=asked, **more)

    return with_asked


allow_unsigned_option = click.option(
    "--allow-unsigned",
    is_flag=True,
    envvar="MILLSIGHT_ALLOW_UNSIGNED",
    help="Admit a bundle that has no signature; the output says so.",
)
keys_option = click.option(
    "--keys",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder of trusted public keys. [default: $MILLSIGHT_KEYS, else /etc/millsight/keys]",
)
state_option = click.option(
    "--state",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder of installed bundles. [default: $MILLSIGHT_STATE, else /var/lib/millsight, or "
    "~/.local/state/millsight where root has installed none]",
)


def device_options(command: _Command) -> _Command:
    """``--allow-unsigned``, ``--keys`` and ``--state``, given to the command as one ``device``."""

    @with_options(allow_unsigned_option, keys_option, state_option)
    @wraps(command)
    def with_device(
        *args: Any, allow_unsigned: bool, keys: Path | None, state: Path | None, **more: Any
    ) -> Any:
        from edge.install.trust import (
            Device,
            keys_folder,
            state_folder,
        )

        device = Device(keys or keys_folder(), state or state_folder(), allow_unsigned)
        return command(*args, device=device, **more)

    return with_device


def open_bundle(name: str | None, device: Device | None = None) -> Bundle:
    """Load and check the bundle that ``--bundle`` names; without one see ``open_and_use``.

    Raises:
        MissingPathError: There is no such file.
        BundleError: It is corrupt, not trusted on this device, or newer than this program.
    """
    return open_and_use(name, device, lambda bundle: None)[0]


def open_and_use(
    name: str | None, device: Device | None, use: Callable[[Bundle], Used]
) -> tuple[Bundle, Used]:
    """Open a bundle and do something with it, such as loading its networks.

    Without a name it is the installed bundle, or the one before where that fails, which is said;
    where none is installed, the shipped default.

    Raises:
        MissingPathError: There is no such file.
        BundleError: It is corrupt, not trusted on this device, or newer than this program.
        MillsightError: Whatever ``use`` raises.
    """
    from edge.install.in_use import open_in_use
    from edge.install.trust import Device

    return open_in_use(name, device or Device(), use, warn)


def warn(text: str) -> None:
    """Say on stderr what a person must not overlook."""
    show = partial(click.echo, f"millsight: {outgoing(text)}", err=True)
    say(_LOG, text, show, level=logging.WARNING)
