"""Suppress converters' output on stderr, which would break the progress bar."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from edge.core.native_stderr import native_stderr_silenced


@contextmanager
def quiet() -> Iterator[None]:
    """Suppress log lines, warnings and output of native code; errors are still raised."""
    level = logging.root.manager.disable
    try:
        with native_stderr_silenced(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            logging.disable(logging.ERROR)
            yield
    finally:
        logging.disable(level)
