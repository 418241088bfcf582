"""The log on stderr, and sentences that a command shows there in its own way.

A command says much on stderr whether or not anybody asked for a log. Where the log is there too,
such a sentence is a line of the log instead, so that nothing stands there twice.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable

from edge.core.redaction import outgoing

_ROOT = "edge"
SHOWN = {"shown": True}
"""``extra=`` of a record that the command shows itself where the log on stderr does not."""


class StderrHandler(logging.Handler):
    """Writes to whatever ``sys.stderr`` is by then: a live table on a terminal replaces it.

    Args:
        level: Least level that is written.
        everything: Whether it writes records marked ``SHOWN`` too, which commands then leave to it.
    """

    def __init__(self, level: int, *, everything: bool) -> None:
        super().__init__(level)
        self.everything = everything

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record; where stderr cannot be written there is nobody to tell."""
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
    """Whether the log on stderr shows records of this level, those that are ``SHOWN`` included."""
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
    """Log a sentence, and show it to the person unless the log on stderr does so.

    Args:
        logger: Of the module that says it.
        text: The sentence, without markup.
        show: Shows it on stderr; None writes it there as it is.
        level: Of the record.
    """
    logger.log(level, "%s", text, extra=SHOWN)
    if logged_on_stderr(level):
        return
    if show is not None:
        show()
    else:
        sys.stderr.write(outgoing(text) + "\n")
        sys.stderr.flush()
