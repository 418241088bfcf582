"""A few hundred spoiled bundles, none of them let in; thousands with the benchmark itself."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.bundle_fuzz import LET_IN, REFUSED, device, fate, fuzz, spoiled
from benchmarks.bundle_mutants import MUTATIONS, SIGNER, UNSIGNING, sample
from edge.bundle.container import MANIFEST, SIGNATURE, read_container, write_container
from edge.bundle.signature import Signature

WHOLE = sample()


def test_the_intact_bundle_is_accepted(tmp_path: Path) -> None:
    assert fate(WHOLE, [device(tmp_path, allow_unsigned=False)]) == LET_IN


@pytest.mark.parametrize("name", MUTATIONS)
def test_corrupted_bundles_are_refused(name: str, tmp_path: Path) -> None:
    rng = random.Random(name)
    devices = [device(tmp_path, allow_unsigned=allowed) for allowed in (False, True)]
    for _ in range(25):
        mutant = MUTATIONS[name](WHOLE, rng)
        if mutant != WHOLE:
            assert fate(mutant, devices[:1] if name == UNSIGNING else devices) == REFUSED


def test_a_bundle_without_its_signature_is_one_that_may_be_allowed(tmp_path: Path) -> None:
    mutant = MUTATIONS[UNSIGNING](WHOLE, random.Random(1))
    assert fate(mutant, [device(tmp_path, allow_unsigned=True)]) == LET_IN


def test_whatever_a_trusted_signer_signs_ends_in_a_verdict(tmp_path: Path) -> None:
    """A manifest may be nonsense under a signature that fits."""
    rng, files = random.Random(2), read_container(WHOLE)
    ends = set()
    for _ in range(60):
        written = MUTATIONS["bytes changed"](files[MANIFEST], rng)
        signed = Signature.of(written, SIGNER).to_bytes()
        mutant = write_container(files | {MANIFEST: written, SIGNATURE: signed})
        ends.add(fate(mutant, [device(tmp_path, allow_unsigned=False)]))
    assert ends <= {REFUSED, LET_IN}


def test_the_same_seed_spoils_the_same() -> None:
    assert list(spoiled(5, 3, WHOLE)) == list(spoiled(5, 3, WHOLE))


def test_the_table_ends_with_what_was_accepted() -> None:
    result = CliRunner().invoke(fuzz, ["--mutants", "20", "--nonsense", "5"])
    assert result.exit_code == 0, result.output
    assert "20 spoiled bundles, 0 accepted, 20 refused" in result.stdout.splitlines()
    assert result.stdout.splitlines()[-1] == "5 bundles of signed nonsense, 0 wrongly judged"
