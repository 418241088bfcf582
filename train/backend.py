"""Loading Keras when a command needs it, quietly, and saying which extra to install when absent."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from edge.errors import MissingExtraError


def load_keras() -> ModuleType:
    """Import Keras on its TensorFlow backend (or the one that ``KERAS_BACKEND`` names).

    TensorFlow's import takes about ten seconds, so only commands that train call this.

    Raises:
        MissingExtraError: Keras or its backend is not installed.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        with _native_stderr_silenced():
            import keras
    except ImportError as error:
        raise MissingExtraError(
            f"training needs {error.name or 'keras'}, which is not installed",
            "Install it with: pip install 'millsight[train]'",
        ) from None
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    return keras


@contextmanager
def _native_stderr_silenced() -> Iterator[None]:
    """TensorFlow's libraries greet on file descriptor 2 before any log level is read."""
    kept = os.dup(2)
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
