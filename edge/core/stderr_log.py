"""The log on stderr, and messages that a command prints there itself.

A command prints messages on stderr even without a log. If the log also goes to stderr, such a
message becomes a line of the log, so that it does not appear twice.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable

from edge.core.redaction import outgoing

_ROOT = "edge"
SHOWN = {"shown": True}
"""``extra=`` of a record that the command prints itself if the log on stderr does not."""


class StderrHandler(logging.Handler):
    """Writes to the current ``sys.stderr``, which a live table on a terminal replaces.

    Args:
        level: Lowest level that is written.
        everything: Whether to write records marked ``SHOWN`` too; commands then do not print them.
    """

    def __init__(self, level: int, *, everything: bool) -> None:
        super().__init__(level)
        self.everything = everything

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record; an error is ignored, because it cannot be reported anywhere."""
        if getattr(record, "shown", False) and not self.everything:
            return
        try:
            sys.stderr.write(self.format(record) + "\n")
            sys.stderr.flush()
        except (OSError, ValueError):
            return
        except Exception:
            self.handleError(record)


def logged_on_stderr(level: int) -> bool:
    """Whether the log on stderr writes records of this level, including those marked ``SHOWN``."""
    return any(
        isinstance(handler, StderrHandler) and handler.everything and level >= handler.level
        for handler in logging.getLogger(_ROOT).handlers
    )


def say(
    logger: logging.Logger,
    text: str,
    show: Callable[[], object] | None = None,
    *,
    level: int = logging.INFO,
) -> None:
    """Log a message, and print it on stderr unless the log does so.

    Args:
        logger: Logger of the calling module.
        text: The message, without markup.
        show: Prints it on stderr; None prints the plain text.
        level: Level of the record.
    """
    logger.log(level, "%s", text, extra=SHOWN)
    if logged_on_stderr(level):
        return
    if show is not None:
        show()
    else:
        sys.stderr.write(outgoing(text) + "\n")
        sys.stderr.flush()
