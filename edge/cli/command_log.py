"""The command's log: on stderr as ``--log-level`` says, and in the file that ``[log]`` names.

Nothing is configured on import, and by nothing but the command: where ``edge`` is used as a
library, logging is its user's.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from edge.core.log_format import JournalFormatter, PlainFormatter, TextFormatter
from edge.core.package_logger import package_logger
from edge.core.redaction import outgoing
from edge.core.stderr_log import SHOWN, StderrHandler, logged_on_stderr
from edge.service.journal import journal_reads_stderr

if TYPE_CHECKING:
    from edge.app.log_file import LogFile
    from edge.config.log import LogConfig

PACKAGES = ("edge", "train", "export", "millsight")
"""Packages whose loggers the command configures; what libraries log is left as it is."""
LEVELS = ("debug", "info", "warning", "error")
"""Choices of ``--log-level``; ``LogLevel`` spelled out, since the configuration loads slowly."""

_LOG = package_logger(__name__)
_FILE_LOG = package_logger("edge.log")


class CommandLog:
    """What the command has configured, until it is closed."""

    def __init__(self) -> None:
        self._stderr: StderrHandler | None = None
        self._file: LogFile | None = None
        self._journal = False

    def start_on_stderr(
        self, level: str | None, *, journal: Callable[[], bool] = journal_reads_stderr
    ) -> None:
        """Log to stderr, unless another command does, within which this one runs.

        Without a level there are warnings and errors that are not shown otherwise, in the command's
        usual form. In systemd's journal lines have priorities, and begin at ``info``.

        Args:
            level: One of ``LEVELS``; None was not given.
            journal: Whether stderr is the journal.
        """
        if any(
            isinstance(handler, StderrHandler) for handler in logging.getLogger("edge").handlers
        ):
            return
        self._journal = journal()
        everything = self._journal or level is not None
        least = level or ("info" if self._journal else "warning")
        self._stderr = StderrHandler(
            logging.getLevelNamesMapping()[least.upper()], everything=everything
        )
        if self._journal:
            self._stderr.setFormatter(JournalFormatter(tracebacks=True))
        else:
            plain = PlainFormatter()
            self._stderr.setFormatter(TextFormatter(tracebacks=False) if everything else plain)
        self._attach(self._stderr)

    def start_file(self, config: LogConfig | None) -> None:
        """Log to the configured file as well; None keeps none. ``begin_file`` lets it be written.

        A file that cannot be written is no error: it is said on stderr, and tried again.
        """
        if config is None:
            return
        from edge.app.log_file import LogFile

        self._file = LogFile(config, lambda text: _FILE_LOG.warning("%s", text))
        self._file.addFilter(lambda record: record.name != _FILE_LOG.name)
        self._attach(self._file)

    def begin_file(self) -> None:
        """Let what the file is to have be written from now on, in a thread.

        Once models are loaded: a library's greeting can be silenced only while there is no thread.
        """
        if self._file is not None:
            self._file.begin()

    def keep_traceback(self, error: Exception) -> bool:
        """Log an error that nobody has foreseen, the last of the command.

        Returns:
            Whether its traceback is in the file, stderr having one line, or in the journal.
        """
        text = f"unexpected {type(error).__name__}: {error}"
        if self._file is None:
            if self._journal:
                _LOG.critical("%s", text, exc_info=error, extra=SHOWN)
            return self._journal
        if self._journal and self._stderr is not None:
            self._stderr.setFormatter(JournalFormatter(tracebacks=False))
        text = f"{text}. The log {self._file.path} has its traceback"
        lost = self._file.lost
        _LOG.critical("%s", text, exc_info=error, extra=SHOWN)
        self._file.close()
        if self._file.lost > lost:
            return False
        if not logged_on_stderr(logging.CRITICAL):
            click.echo(f"millsight: {outgoing(text)}", err=True)
        return True

    def close(self) -> int:
        """Finish the file, and leave logging as it was. Safe to call twice.

        Returns:
            Lines that the file lacks.
        """
        # The file first: it may have something to say on stderr.
        for handler in (self._file, self._stderr):
            if handler is not None:
                handler.close()
        for name in PACKAGES:
            logger = logging.getLogger(name)
            for handler in (self._file, self._stderr):
                if handler is not None:
                    logger.removeHandler(handler)
                    logger.setLevel(logging.NOTSET)
                    logger.propagate = True
        lost = 0 if self._file is None else self._file.lost
        self._file = self._stderr = None
        return lost

    def _attach(self, handler: logging.Handler) -> None:
        for name in PACKAGES:
            logger = logging.getLogger(name)
            logger.addHandler(handler)
            # A library that has configured the root logger would show all of it again.
            logger.propagate = False
            logger.setLevel(min(handler.level, logger.level or handler.level))


def current_log() -> CommandLog:
    """The log of the command that runs; ``main`` has made it, or it ends with the command."""
    context = click.get_current_context()
    log = context.find_object(CommandLog)
    if log is None:
        root = context.find_root()
        log = root.obj = CommandLog()
        root.call_on_close(log.close)
    return log
