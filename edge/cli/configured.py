"""``--config``, and options that override it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from edge.cli.options import (
    POSITIVE,
    allow_unsigned_option,
    bundle_option,
    keys_option,
    mm_per_px_option,
    state_option,
    tuned_options,
    with_options,
)

if TYPE_CHECKING:
    from edge.config import Config
    from edge.tune.run_choices import RunChoices

_options = with_options(
    click.option(
        "--config",
        "config_file",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="Configuration (see millsight config). Other options override it.",
    ),
    click.option(
        "--speed",
        type=POSITIVE,
        default=5.0,
        show_default=True,
        help="Speed of the strip in m/s.",
    ),
    mm_per_px_option,
    bundle_option,
    allow_unsigned_option,
    keys_option,
    state_option,
    tuned_options,
)


def given_only(**values: Any) -> dict[str, Any]:
    """Those of a command's options that its user gave, by name; their defaults stay out."""
    source = click.get_current_context().get_parameter_source
    return {
        name: value for name, value in values.items() if source(name) is not ParameterSource.DEFAULT
    }


@dataclass(frozen=True, slots=True)
class GivenOptions:
    """What the command line says of the configuration.

    Attributes:
        file: Its file; None takes the defaults.
        options: Values by section and key; those that are None were not given.
    """

    file: Path | None
    options: dict[str, dict[str, Any]]

    def read(self) -> Config:
        """The file's configuration with the options over it.

        Raises:
            MissingPathError: There is no such file.
            ConfigError: Something in it is wrong.
        """
        from edge.config import Config, read

        return self.over(read(self.file) if self.file else Config())

    def over(self, config: Config) -> Config:
        """A configuration with the options over it."""
        from edge.config import overlaid

        return overlaid(config, self.options)


def configured(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options of a command that sets up a line, given to it as one ``given``."""

    @_options
    @wraps(command)
    def with_given(
        *args: Any,
        config_file: Path | None,
        speed: float,
        mm_per_px: float,
        bundle_name: str | None,
        allow_unsigned: bool,
        keys: Path | None,
        state: Path | None,
        asked: RunChoices,
        **more: Any,
    ) -> Any:
        line = given_only(speed=speed, mm_per_px=mm_per_px)
        scale = ("mm_per_px", "mm_per_line", "mm_per_px_across")
        options: dict[str, dict[str, Any]] = {
            "line": {
                "speed_m_s": line.get("speed"),
                **dict.fromkeys(scale, line.get("mm_per_px")),
            },
            "bundle": {
                "file": bundle_name,
                "allow_unsigned": allow_unsigned or None,
                "keys": keys,
                "state": state,
                "engine": asked.engine,
                "precision": asked.precision,
                "threads": asked.threads,
            },
        }
        return command(*args, given=GivenOptions(config_file, options), **more)

    return with_given
