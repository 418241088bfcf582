"""``millsight config``: an example of the configuration, and what is wrong with one."""

from __future__ import annotations

from pathlib import Path

import click


@click.group()
def config() -> None:
    """Print an example of the configuration, or look one over."""


@config.command(short_help="Print a whole configuration, with units and defaults.")
def example() -> None:
    """Print a whole configuration: every section and key with its unit and default."""
    from edge.config import example as text

    click.echo(text(), nl=False)


@config.command(short_help="Report all faults of a file, or what a line would do.")
@click.argument("file", type=click.Path(path_type=Path))
def check(file: Path) -> None:
    """Say everything that is wrong with FILE, or what a line would do with it.

    Looks at folders, the bundle and packages too, and starts nothing. Secrets are not shown.
    """
    from edge.app.assembly import open_configured
    from edge.app.explain import explain
    from edge.app.preflight import find_faults
    from edge.cli.options import warn
    from edge.config import FaultyConfigError, read
    from edge.core.errors import ConfigError

    hint = "All keys with their units: millsight config example"
    try:
        found = read(file)
    except FaultyConfigError as error:
        for fault in error.faults:
            click.echo(f"{file}, {fault}", err=True)
        raise ConfigError(_counted(len(error.faults), file), hint) from None
    for sentence in explain(found):
        click.echo(sentence)
    if wrong := find_faults(found, lambda: open_configured(found.bundle, warn)):
        for trouble in wrong:
            click.echo(f"{file}: {trouble}", err=True)
        raise ConfigError(_counted(len(wrong), file), "The line would not run with it")
    click.echo(f"{file} is right.", err=True)


def _counted(count: int, file: Path) -> str:
    return f"{count} thing{'s' * (count > 1)} in {file} {'are' if count > 1 else 'is'} wrong"
