"""Taking the report out of a bundle: ``millsight bundle show --report FILE``."""

from __future__ import annotations

from pathlib import Path

from edge.bundle import Bundle
from edge.core.errors import BundleError
from edge.core.files import write_whole


def write_report(bundle: Bundle, path: Path) -> None:
    """Write the report's page, or its figures where the file is called ``.json``.

    Raises:
        BundleError: The bundle has no report.
        UnwritableError: The file cannot be written.
    """
    files = bundle.manifest.report
    if files is None:
        raise BundleError(
            f"the bundle {bundle.manifest.name} has no report: it was packed by an earlier "
            f"millsight",
            "Export it again",
        )
    wanted = files.figures if path.suffix == ".json" else files.page
    write_whole(path, bundle.files[wanted])
