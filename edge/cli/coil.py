"""``millsight coil``: tells the line that runs on this device where a coil begins and ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from edge.cli.options import state_option

if TYPE_CHECKING:
    from pathlib import Path


@click.group()
def coil() -> None:
    """Tell the running line where a coil begins and ends.

    The line listens in its state folder where that is there; who may write to it may command it.
    """


@coil.command()
@click.argument("name")
@state_option
def begin(name: str, state: Path | None) -> None:
    """Begin a coil: what is taken from now on lies on NAME. One that runs ends."""
    from edge.install.trust import state_folder
    from edge.service.control_socket import command

    command(state or state_folder(), {"begin": name})
    click.echo(f"coil {name} begins", err=True)


@coil.command()
@state_option
def end(state: Path | None) -> None:
    """End the coil that runs: what is taken from now on lies on none."""
    from edge.install.trust import state_folder
    from edge.service.control_socket import command

    command(state or state_folder(), {"end": True})
    click.echo("the coil ends", err=True)
