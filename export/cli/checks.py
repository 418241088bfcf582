"""What ``millsight export`` takes: checks of its options, ahead of minutes of work."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import click

from edge.bundle.load import SUFFIX
from edge.bundle.manifest_parts import MAX_TEXT, NAME_PATTERN
from edge.core.errors import UnwritableError
from edge.core.files import check_writable
from export.report import PAGE


def bundle_name(ctx: click.Context, param: click.Parameter, path: Path) -> Path:
    """A path that ends as bundles do."""
    if path.suffix != SUFFIX:
        raise click.BadParameter(f"{path} does not end in {SUFFIX}.")
    return path


def allowed_name(ctx: click.Context, param: click.Parameter, name: str) -> str:
    """What a bundle may be called."""
    if not re.fullmatch(NAME_PATTERN, name):
        raise click.BadParameter(
            f"{name!r} is not up to 64 of A-Z, a-z, 0-9, space, '.', '_' and '-', starting with a "
            f"letter or digit."
        )
    return name


def one_line(ctx: click.Context, param: click.Parameter, text: str) -> str:
    """Text that fits into a manifest."""
    if not text.strip() or len(text) > MAX_TEXT or not text.isprintable():
        raise click.BadParameter(f"write one line of up to {MAX_TEXT} characters.")
    return text.strip()


class _Range(click.FloatRange):
    """A number within bounds; not-a-number, which is neither in nor out, is refused."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read a number."""
        number: float = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value!r} is no number", param, ctx)
        return number


PERCENT = _Range(0, 100)
SHARE = _Range(0, 1, min_open=True, max_open=True)


def check_report(folder: Path, *, force: bool) -> None:
    """Make sure that the report can be written into a folder.

    Raises:
        UnwritableError: It cannot, or is there already.
    """
    check_writable(folder / PAGE if folder.is_dir() else folder)
    if (folder / PAGE).exists() and not force:
        raise UnwritableError(f"{folder / PAGE} exists already", "Give --force to replace it")
