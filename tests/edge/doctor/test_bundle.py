"""A bundle with its trust, as the doctor finds it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edge.bundle import load_bundle, shipped_bundle
from edge.bundle.load import UNSIGNED
from edge.core.errors import BundleError
from edge.doctor.bundle import bundle
from edge.doctor.finding import Severity


@pytest.mark.parametrize(
    ("name", "trust", "state", "hint"),
    [
        ("cold-strip", "shipped", Severity.OK, ""),
        ("simulated", "shipped", Severity.WARN, "trained on this line's frames"),
        ("cold-strip", UNSIGNED, Severity.WARN, "have it signed"),
    ],
)
def test_a_bundle_with_its_trust(name, trust, state, hint):
    opened = replace(load_bundle(shipped_bundle(name)), trust=trust)
    finding = bundle(lambda: opened)
    assert finding.state is state
    assert name in finding.what and hint in finding.hint
    assert finding.figures["trust"] == trust


def test_a_bundle_that_does_not_open_fails():
    def load():
        raise BundleError("x.millsight is cut off", "Copy it again")

    finding = bundle(load)
    assert (finding.state, finding.what) == (Severity.FAIL, "x.millsight is cut off")
    assert finding.hint == "Copy it again"
