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

    The line listens on a socket in its state folder, if that folder exists. The service's user and
    group may send commands.
    """


@coil.command()
@click.argument("name")
@state_option
def begin(name: str, state: Path | None) -> None:
    """Begin coil NAME: frames taken from now on belong to it. A coil that runs ends."""
    from edge.install.trust import state_folder
    from edge.service.control_socket import command

    command(state or state_folder(), {"begin": name})
    click.echo(f"coil {name} begins", err=True)


@coil.command()
@state_option
def end(state: Path | None) -> None:
    """End the coil that runs: frames taken from now on belong to none."""
    from edge.install.trust import state_folder
    from edge.service.control_socket import command

    command(state or state_folder(), {"end": True})
    click.echo("the coil ends", err=True)
