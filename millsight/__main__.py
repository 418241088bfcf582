"""The ``millsight`` command, also as ``python -m millsight``."""

from __future__ import annotations

from edge.__main__ import run
from edge.core.hiding import run_command


def main() -> None:
    """Run the command; exit with one line on stderr if a file hides a module that it needs."""
    run_command(run)


if __name__ == "__main__":
    main()
