"""Load Keras on demand and without its log output; name the missing extra if it is absent."""

from __future__ import annotations

import logging
import os
from types import ModuleType

from edge.core.errors import MissingExtraError
from edge.core.native_stderr import native_stderr_silenced


def load_keras() -> ModuleType:
    """Import Keras on its TensorFlow backend (or the one that ``KERAS_BACKEND`` names).

    TensorFlow's import takes about ten seconds, so only commands that train or export call this.

    Raises:
        MissingExtraError: Keras or its backend is not installed.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        with native_stderr_silenced():
            import keras
    except ImportError as error:
        raise MissingExtraError(
            f"this needs {error.name or 'keras'}, which is not installed",
            "Install it with: pip install 'millsight[train]' (the extra 'export' includes it)",
        ) from None
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    return keras
