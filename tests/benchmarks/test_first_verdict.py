"""A start is timed until its verdict, and one without a verdict is none."""

from __future__ import annotations

import click
import pytest

from benchmarks.first_verdict import first_verdict_s


def test_a_start_ends_with_the_verdict():
    assert 0.1 < first_verdict_s(None) < 60


def test_a_start_without_a_verdict_reports_stderr():
    with pytest.raises(click.ClickException, match=r"no verdict came:(.|\n)*no-such-bundle"):
        first_verdict_s("no-such-bundle")
