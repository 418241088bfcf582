"""Fuzzing of bundles: counts how many corrupted bundles a device accepts. It must be none.

    python -m benchmarks.bundle_fuzz --mutants 10000 --nonsense 10000

A signed bundle is spoiled in one of the ways of ``bundle_mutants`` and given to a device that
trusts its signer, and, where it still has a signature, also where unsigned bundles are allowed. It
counts what was let in, and what ended in anything but a refusal. Then nonsense is signed by the
trusted signer itself (``bundle_nonsense``) and verified, golden frames and all.
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

from benchmarks import bundle_nonsense
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
@click.option("--mutants", default=10_000, show_default=True, help="Spoiled bundles.")
@click.option("--nonsense", "senseless", default=1_000, show_default=True, help="Signed nonsense.")
@click.option("--seed", default=0, show_default=True)
def fuzz(mutants: int, senseless: int, seed: int) -> None:
    """Print how many spoiled bundles were let in; exits with 1 if it was any.

    Of signed nonsense, that is what ended in a fault, or held where that cannot be.
    """
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
    wrong = _signed_nonsense(senseless, seed)
    if refused != mutants or wrong:
        sys.exit(1)


def _signed_nonsense(count: int, seed: int) -> int:
    """Verify so many bundles of signed nonsense and print what came of them; how many wrongly."""
    rng, whole = random.Random(seed), bundle_nonsense.sample()
    table: Counter[tuple[str, str]] = Counter()
    for _ in track(range(count), "signing nonsense", count):
        way, data = bundle_nonsense.nonsense(rng, whole)
        table[way, bundle_nonsense.fate(data)] += 1
    click.echo("\n| signed nonsense | refused | scores as it says | faults |\n|---|---|---|---|")
    wrong = 0
    for way in bundle_nonsense.NONSENSE:
        total = sum(n for (by, _), n in table.items() if by == way)
        refused, held = table[way, REFUSED], table[way, bundle_nonsense.HELD]
        click.echo(f"| {way} | {refused:,} | {held:,} | {total - refused - held} |")
        wrong += total - refused - (held if way in bundle_nonsense.MAY_HOLD else 0)
    click.echo(f"\n{count:,} bundles of signed nonsense, {wrong} wrongly judged")
    return wrong


if __name__ == "__main__":
    fuzz()
