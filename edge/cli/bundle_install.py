"""``millsight bundle install``, ``rollback`` and ``list``: what this device runs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from edge.cli.options import device_options, engine_option, format_option, open_bundle

if TYPE_CHECKING:
    from edge.install.store import Entry
    from edge.install.trust import Device


@click.command(short_help="Check a bundle, and let `millsight run` use it.")
@click.argument("name", metavar="BUNDLE")
@device_options
@engine_option
def install(name: str, device: Device, engine: str | None) -> None:
    """Check a bundle, prove it on this device, and let `millsight run` use it from here on.

    Every byte, the signature and the golden frames are checked before anything is changed. The
    bundle that was in use is kept for `rollback`. A `millsight run` that goes on takes the new one
    up between two frames.
    """
    from edge.install.store import Store
    from edge.install.verify import require_agreement, run_golden_frames

    bundle = open_bundle(name, device)
    results = list(run_golden_frames(bundle, engine=engine))
    require_agreement(bundle, results)
    installed = Store(device).install(bundle)
    before = installed.previous
    click.echo(
        f"{bundle.title} is installed in {device.state}, all {len(results)} golden scores agree; "
        + (f"before it: {before.name} ({before.digest[:12]})" if before else "none before it"),
        err=True,
    )


@click.command(short_help="Use the previous bundle again.")
@device_options
def rollback(device: Device) -> None:
    """Use the previous bundle again; the one in use becomes the previous."""
    from edge.install.store import Store

    installed = Store(device).roll_back()
    click.echo(
        f"{installed.current.name} ({installed.current.digest[:12]}) is in use again; given again, "
        "rollback undoes this",
        err=True,
    )


@click.command("list", short_help="List the installed bundles, each whole and trusted or not.")
@device_options
@format_option("Lines for people, or one JSON object.")
def list_(device: Device, format_: str) -> None:
    """Say which bundles are installed, and whether each is whole and trusted."""
    from edge.install.store import Store

    store = Store(device)
    installed = store.read()
    entries: dict[str, Entry | None] = {
        "current": installed.current if installed else None,
        "previous": installed.previous if installed else None,
    }
    if format_ == "json":
        rows = {
            role: entry and {**entry.model_dump(), "fault": store.fault(entry)}
            for role, entry in entries.items()
        }
        click.echo(json.dumps({"state": str(device.state), **rows}, allow_nan=False))
        return
    if installed is None:
        click.echo(f"nothing is installed in {device.state}; run uses the shipped bundle")
    for role, entry in entries.items():
        if entry is not None:
            click.echo(
                f"{role:8}  {entry.name}  SHA-256 {entry.digest[:12]}  installed {entry.installed}"
                f"{'  UNSIGNED' if entry.unsigned else ''}  {store.fault(entry) or 'whole'}"
            )
