"""Loggers of the package: silent until a program configures ``logging``, as the command does.

This is not in ``edge/__init__.py``: a file of the user's may hide ``logging``, and
``edge.core.hiding``, which names such a file, must be imported before anything of Python's.
"""

from __future__ import annotations

import logging

logging.getLogger("edge").addHandler(logging.NullHandler())


def package_logger(name: str) -> logging.Logger:
    """The logger of that name, ``edge`` or a child of it; without a handler, it prints nothing."""
    return logging.getLogger(name)
