"""``millsight export``: quantizes, compares with float on the holdout, and packs."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from edge.bundle import read_bundle
from edge.bundle.keys import read_private_key
from edge.bundle.signature import Signature, fingerprint
from edge.cli.console import SafeConsole, as_markup
from edge.core.errors import UnwritableError
from edge.core.files import check_writable, write_whole
from edge.core.stderr_log import say
from export.cli.checks import check_report
from export.cli.options import export_options
from export.cli.parsed_options import ExportOptions
from export.cli.warnings import release_warnings
from export.pipeline import Exported, ExportInputs, make_bundle
from export.progress import ExportProgress
from export.report import PAGE
from train.data import open_data
from train.instances.finished import read_instances_run
from train.regions.finished import read_run

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_LOG = logging.getLogger(__name__)

WIDTH = 100
"""Columns of output to a file; rich's 80 are too few for the comparison."""


@click.command()
@export_options
def export(**given: Any) -> None:
    """Quantize trained networks, compare them with float32, and pack a self-verifying bundle.

    All choices are made on val; the holdout is opened once. Nothing is written if int8 is worse
    than float32 by a margin, or if the data cannot exclude that. With SOURCE_DATE_EPOCH set, the
    same inputs give the same bytes; the packed report then has no latencies.
    """
    options = ExportOptions(**given)
    _check_outputs(options)
    key = read_private_key(options.sign) if options.sign else None
    settings = options.settings()
    inputs = _read_inputs(options)
    console = SafeConsole(stderr=True, highlight=False)
    if not console.is_terminal:
        console.width = WIDTH
    with ExportProgress(console) as progress:
        exported = make_bundle(settings, inputs, progress, show=console.print)
        content = _signed(exported.bundle, key)
        _write(options, content, exported)
    if options.report is not None:
        _say(console, f"{options.report / PAGE}: the report")
    if content is None:
        _say(console, "Nothing was packed: --dry-run keeps the holdout closed.")
        return
    _describe(options, content, console)


def _check_outputs(options: ExportOptions) -> None:
    """Refuse outputs that cannot be written, before minutes of work.

    Raises:
        click.UsageError: ``--windows`` without ``--instances``.
        UnwritableError: The bundle or the report cannot be written, or exists.
    """
    if options.windows and options.instances is None:
        raise click.UsageError("--windows needs the instance network: give --instances too.")
    check_writable(options.out)
    if options.out.exists() and not options.force and not options.dry_run:
        raise UnwritableError(f"{options.out} exists already", "Give --force to replace it")
    if options.report is not None:
        check_report(options.report, force=options.force)


def _read_inputs(options: ExportOptions) -> ExportInputs:
    """Read the runs' cards and open the data.

    Raises:
        MillsightError: A run or a data set cannot be read.
    """
    return ExportInputs(
        gate=read_run(options.gate),
        classifier=read_run(options.classifier) if options.classifier else None,
        instances=read_instances_run(options.instances) if options.instances else None,
        data=open_data(options.data, splits=options.splits),
        more=[open_data(folder) for folder in options.also],
    )


def _signed(content: bytes | None, key: Ed25519PrivateKey | None) -> bytes | None:
    """The bundle's bytes, signed if there is a key; None if nothing was packed."""
    if content is None or key is None:
        return content
    bundle = read_bundle(content)
    return bundle.to_bytes(Signature.of(bundle.manifest.to_json(), key))


def _write(options: ExportOptions, content: bytes | None, exported: Exported) -> None:
    """Write the bundle and the report."""
    if content is not None:
        write_whole(options.out, content)
    if options.report is not None:
        options.report.mkdir(exist_ok=True)
        for file, text in exported.report.whole.items():
            write_whole(options.report / file, text)


def _describe(options: ExportOptions, content: bytes, console: SafeConsole) -> None:
    """Print the bundle's identity, and the warnings from its own figures."""
    bundle = read_bundle(content)
    for warning in release_warnings(bundle.manifest):
        shown = f"[yellow]warning[/] {as_markup(warning)}"
        show = partial(console.print, shown, soft_wrap=True)
        say(_LOG, warning, show, level=logging.WARNING)
    signed = f", signed by {fingerprint(bundle.signature.key)}" if bundle.signature else ""
    _say(console, f"{options.out}: {len(content):,} bytes, SHA-256 {bundle.digest}{signed}")


def _say(console: SafeConsole, text: str) -> None:
    say(_LOG, text, partial(console.print, text, soft_wrap=True, markup=False))
