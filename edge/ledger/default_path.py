"""Where the ledger is, where nobody says."""

from __future__ import annotations

import os
from pathlib import Path

VARIABLE = "MILLSIGHT_LEDGER"
NAME = "ledger.sqlite"


def ledger_path(given: Path | None = None) -> Path:
    """The path given; else ``MILLSIGHT_LEDGER``, else the one beside installed bundles."""
    if given is not None:
        return given
    if named := os.environ.get(VARIABLE):
        return Path(named)
    from edge.install.trust import state_folder

    return state_folder() / NAME
