"""Option checks of ``millsight export``, made before minutes of work."""

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
    """Check that a path has the suffix of bundles."""
    if path.suffix != SUFFIX:
        raise click.BadParameter(f"{path} does not end in {SUFFIX}.")
    return path


def allowed_name(ctx: click.Context, param: click.Parameter, name: str) -> str:
    """Check a bundle's name."""
    if not re.fullmatch(NAME_PATTERN, name):
        raise click.BadParameter(
            f"{name!r} is not up to 64 of A-Z, a-z, 0-9, space, '.', '_' and '-', starting with a "
            f"letter or digit."
        )
    return name


def one_line(ctx: click.Context, param: click.Parameter, text: str) -> str:
    """Check that a text fits into a manifest."""
    if not text.strip() or len(text) > MAX_TEXT or not text.isprintable():
        raise click.BadParameter(f"write one line of up to {MAX_TEXT} characters.")
    return text.strip()


class _Range(click.FloatRange):
    """A number within bounds; refuses NaN, which passes click's comparison with the bounds."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Parse a number."""
        number: float = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value!r} is not a number", param, ctx)
        return number


PERCENT = _Range(0, 100)
SHARE = _Range(0, 1, min_open=True, max_open=True)


def check_report(folder: Path, *, force: bool) -> None:
    """Check that the report can be written to a folder.

    Raises:
        UnwritableError: The folder cannot be written, or already holds a report.
    """
    check_writable(folder / PAGE if folder.is_dir() else folder)
    if (folder / PAGE).exists() and not force:
        raise UnwritableError(f"{folder / PAGE} exists already", "Give --force to replace it")
