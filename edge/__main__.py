"""``python -m edge``, and where the one-file binary begins."""

from __future__ import annotations

import multiprocessing

from edge.cli import main

if __name__ == "__main__":
    # In the binary a spawned process starts here too, and is turned to its own work.
    multiprocessing.freeze_support()
    main()
