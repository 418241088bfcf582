"""Runs of the instance network as typed."""

from __future__ import annotations

from typing import Any

from click.testing import CliRunner

from train.cli.train import train as train_command

OPTIONS = ("--window", "96x64", "--epochs", "2", "--batch", "4", "--items-per-epoch", "8")


def train(*words: Any) -> str:
    """``millsight train instances`` with these words; what it said on stderr."""
    words = ("instances", *map(str, words))
    result = CliRunner().invoke(train_command, words, standalone_mode=False)
    if result.exception:
        raise result.exception
    assert result.stdout == ""
    return result.stderr
