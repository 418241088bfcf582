"""Options that several commands share."""

from __future__ import annotations

from typing import get_args

import click
import pytest
from click.testing import CliRunner

from edge.bundle.manifest_parts import Precision
from edge.cli.bench import bench
from edge.cli.doctor import doctor
from edge.cli.inspect import inspect
from edge.cli.options import PRECISIONS, engine_options
from edge.cli.run import run
from edge.core.errors import BundleError


@click.command()
@engine_options
def plain(engine: str | None, precision: str, threads: int) -> None:
    click.echo(precision)


@pytest.mark.parametrize("command", [run, inspect, bench, doctor, plain], ids=lambda c: c.name)
def test_every_number_format_that_a_bundle_may_have_can_be_asked_for(command):
    (option,) = (each for each in command.params if each.name == "precision")
    assert set(option.type.choices) == set(PRECISIONS) == set(get_args(Precision))


def test_one_that_the_bundle_has_not_is_named(tmp_path):
    words = ["--bundle", "simulated", "--precision", "float16", "--state", str(tmp_path)]
    ended = CliRunner().invoke(run, [*words, "--frames", "1"])
    assert isinstance(ended.exception, BundleError)
    assert "no float16 gate" in str(ended.exception)
