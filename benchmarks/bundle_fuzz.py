"""Fuzzing of bundles: counts how many corrupted bundles a device accepts. It must be none.

    python -m benchmarks.bundle_fuzz --mutants 10000

A signed bundle is corrupted by one of the mutations in ``bundle_mutants`` and given to a device
that trusts its signer; if it still has a signature, also to a device that allows unsigned bundles.
The table counts accepted bundles, and errors other than a refusal.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import click
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from benchmarks.bundle_mutants import MUTATIONS, SIGNER, UNSIGNING, sample
from edge.bundle import read_bundle
from edge.core.errors import BundleError, UntrustedError
from edge.install.trust import Device
from train.data.progress import track

REFUSED, LET_IN = "refused", "LET IN"


def device(folder: Path, *, allow_unsigned: bool) -> Device:
    """A device that trusts the sample's signer; its keys are in ``folder``."""
    pem = SIGNER.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / "mill.pub.pem").write_bytes(pem)
    return Device(folder, folder / "state", allow_unsigned)


def spoiled(mutants: int, seed: int, whole: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield ``mutants`` corrupted bundles, each with the name of its mutation."""
    rng, names = random.Random(seed), sorted(MUTATIONS)
    while mutants:
        name = rng.choice(names)
        mutant = MUTATIONS[name](whole, rng)
        if mutant != whole:
            mutants -= 1
            yield name, mutant


def fate(data: bytes, devices: list[Device]) -> str:
    """``refused`` by all devices, ``LET IN``, or the error that it caused."""
    try:
        bundle = read_bundle(data)
        for one in devices:
            with suppress(UntrustedError):
                one.admit(bundle)
                return LET_IN
    except BundleError:
        pass
    except Exception as error:
        return f"FAULT {type(error).__name__}"
    return REFUSED


@click.command()
@click.option("--mutants", default=10_000, show_default=True, help="Corrupted bundles.")
@click.option("--seed", default=0, show_default=True)
def fuzz(mutants: int, seed: int) -> None:
    """Print how many corrupted bundles were accepted; exit with 1 if there was any."""
    whole = sample()
    table: Counter[tuple[str, str]] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        strict, lenient = (
            device(Path(folder), allow_unsigned=allowed) for allowed in (False, True)
        )
        if fate(whole, [strict]) != LET_IN:
            raise click.ClickException("the intact bundle is refused")
        for name, mutant in track(spoiled(mutants, seed, whole), "spoiling", mutants):
            table[name, fate(mutant, [strict] if name == UNSIGNING else [strict, lenient])] += 1
    click.echo("| spoiled by | refused | let in | faults |\n|---|---|---|---|")
    for name in MUTATIONS:
        total = sum(n for (by, _), n in table.items() if by == name)
        refused, let_in = table[name, REFUSED], table[name, LET_IN]
        click.echo(f"| {name} | {refused:,} | {let_in} | {total - refused - let_in} |")
    accepted = sum(n for (_, ended), n in table.items() if ended == LET_IN)
    refused = sum(n for (_, ended), n in table.items() if ended == REFUSED)
    click.echo(f"\n{mutants:,} spoiled bundles, {accepted} accepted, {refused:,} refused")
    if refused != mutants:
        sys.exit(1)


if __name__ == "__main__":
    fuzz()
