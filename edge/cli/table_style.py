"""The look of the tables on the page of a bundle."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.table import Table

from edge.bundle.manifest import Manifest
from edge.bundle.stages import ModelFile


def page_table(title: str, left: tuple[str, ...], right: tuple[str, ...]) -> Table:
    """An empty table of left-aligned columns and then right-aligned ones."""
    table = Table(title=title, title_justify="left", caption_justify="left", box=SIMPLE_HEAD)
    for heading in left:
        table.add_column(heading)
    for heading in right:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def forms_cell(models: tuple[ModelFile, ...], manifest: Manifest) -> str:
    """A network's files, one a line: number format, file format if not TFLite, and size."""
    return "\n".join(
        f"{m.precision} {'' if m.format == 'tflite' else m.format + ' '}"
        f"{manifest.files[m.file].bytes / 1024:,.0f} KiB"
        for m in models
    )
