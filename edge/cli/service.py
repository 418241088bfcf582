"""``millsight service``: keeps the line running under systemd."""

from __future__ import annotations

from pathlib import Path

import click

_user_option = click.option(
    "--user",
    is_flag=True,
    help="Use your own systemd (systemctl --user): without root, in a weaker sandbox.",
)


@click.group()
def service() -> None:
    """Install a systemd unit that keeps the line running, with a watchdog and a sandbox."""


@service.command()
@click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Configuration that the line runs with. [default: none, the simulated line]",
)
@_user_option
@click.option(
    "--run-as", metavar="NAME", default="millsight", show_default=True, help="User that it runs as."
)
@click.option("--print", "print_", is_flag=True, help="Show the unit and install nothing.")
def install(config_path: Path | None, user: bool, run_as: str, print_: bool) -> None:
    """Write the unit and say how to start it.

    The configuration is read first, so that a service with a faulty one is not installed, and the
    folders that it names can be written.
    """
    from edge.config import read
    from edge.service.manager import Manager, closed_folder, require_user
    from edge.service.unit import program, unit, writable_folders

    command, folders = [*program(), "run"], []
    if config_path is not None:
        folders = writable_folders(read(config_path))
        command += ["--config", str(config_path.resolve())]
    text = unit(command, run_as=None if user else run_as, writable=folders)
    if print_:
        click.echo(text, nl=False)
        return
    manager = Manager(user=user)
    if not user:
        require_user(run_as)
        if (closed := closed_folder(Path(command[0]))) is not None:
            _say(
                f"Note: {closed} is closed to {run_as}, and {command[0]} lies in it. Install "
                "millsight where everyone may read it, such as /opt/millsight"
            )
    manager.install(text)
    _say(f"Wrote {manager.path}")
    if not manager.runs:
        _say("systemd does not run this device; the unit is for where it does")
        return
    _say(f"Start it now and with the device: {manager.systemctl} enable --now millsight")
    _say("See what it says: journalctl " + ("--user " if user else "") + "-u millsight -f")
    if user:
        _say("It ends when you log out, unless: loginctl enable-linger")


@service.command()
@_user_option
def uninstall(user: bool) -> None:
    """Stop the service and remove its unit. Ledger, pictures and bundles stay."""
    from edge.service.manager import Manager

    manager = Manager(user=user)
    removed = manager.uninstall()
    _say(f"Removed {manager.path}" if removed else f"There is no {manager.path}")


@service.command()
@_user_option
def status(user: bool) -> None:
    """Say in a few lines whether the line runs under systemd."""
    from edge.service.manager import Manager

    manager = Manager(user=user)
    told = manager.status()
    if not told:
        click.echo("systemd does not run this device")
    elif told.get("LoadState") != "loaded":
        click.echo("Not installed: millsight service install")
    else:
        click.echo(f"{told.get('ActiveState', 'unknown')}: {told.get('StatusText') or 'no word'}")
        click.echo(f"starts with the device: {told.get('UnitFileState') or 'unknown'}")
        click.echo(f"started again: {told.get('NRestarts', '0')} times")


def _say(text: str) -> None:
    click.echo(text, err=True)
