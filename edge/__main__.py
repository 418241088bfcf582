"""``python -m edge``, and where the one-file binary begins."""

from __future__ import annotations

from edge.core.hiding import run_command


def run() -> None:
    """The ``millsight`` command."""
    # A file of the working folder may hide what these import.
    import multiprocessing

    from edge.cli import main

    # In the binary a spawned process starts here too, and is turned to its own work.
    multiprocessing.freeze_support()
    main()


if __name__ == "__main__":
    run_command(run)
