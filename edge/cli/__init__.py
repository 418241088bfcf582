"""The ``millsight`` command. Each subcommand's module loads only when it is called."""

from __future__ import annotations

import logging
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import NoReturn

import click

from edge import __version__
from edge.cli.command_log import LEVELS, CommandLog, current_log
from edge.cli.output_stream import guarded_output
from edge.core.errors import (
    INTERRUPTED_EXIT_CODE,
    MillsightError,
    MissingExtraError,
    NotKeptError,
    ReaderGoneError,
    UnwritableError,
)
from edge.core.hiding import refuse_foreign
from edge.core.package_logger import package_logger
from edge.core.redaction import hide_secrets_in, outgoing
from edge.core.stderr_log import say

_LOG = package_logger(__name__)
_COMMANDS = {
    "run": ("edge.cli.run:run", "Inspect a camera until stopped."),
    "inspect": ("edge.cli.inspect:inspect", "Inspect images and folders."),
    "bench": ("edge.cli.bench:bench", "Measure latency on this device."),
    "tune": ("edge.cli.tune:tune", "Find the fastest way to run a bundle on this device."),
    "doctor": ("edge.cli.doctor:doctor", "Say whether this device will hold the line's speed."),
    "bundle": ("edge.cli.bundle:bundle", "Show, verify, sign and install bundles."),
    "ledger": ("edge.cli.ledger:ledger", "Ask what was seen on the strip, and what was not."),
    "service": ("edge.cli.service:service", "Keep the line running under systemd."),
    "coil": ("edge.cli.coil:coil", "Tell the running line where a coil begins and ends."),
    "config": ("edge.cli.config:config", "Print an example configuration, or check one."),
    "data": ("train.cli.data:data", "Check, explore, simulate and split data sets."),
    "train": ("train.cli.train:train", "Train a network."),
    "evaluate": ("train.cli.evaluate:evaluate", "Judge a bundle against a data set."),
    "export": ("export.cli.export:export", "Quantize, compare on the holdout, pack a bundle."),
    "recipe": ("export.cli.recipe:recipe", "Make a bundle from a folder of data, step by step."),
}
"""Command, where it is (``module:attribute``), and its line in the help."""

_OWN = ("edge", "train", "export")
_HOME = Path(__file__).parent.parent.parent
"""The folder that holds these packages."""


class LazyGroup(click.Group):
    """Knows its commands by name and help, and imports one when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, _, attribute = _COMMANDS[cmd_name][0].partition(":")
        # Importing another's train.py would run it.
        refuse_foreign(module.partition(".")[0], str(_HOME))
        try:
            command: click.Command = getattr(import_module(module), attribute)
        except ModuleNotFoundError as error:
            missing = (error.name or "").partition(".")[0]
            if missing in _OWN and not _is_binary():
                raise
            raise missing_extra(f"millsight {cmd_name}", module, missing) from error
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])


def missing_extra(what: str, module: str, missing: str) -> MissingExtraError:
    """The error of a command whose packages the base install leaves out."""
    if _is_binary():
        return MissingExtraError(
            f"{what} is not in the one-file binary, which only runs models",
            "Install millsight where models are made: pip install 'millsight[export]'",
        )
    extra = "export" if module.startswith("export") else "train"
    return MissingExtraError(
        f"{what} needs the package {missing}, which the runtime does without",
        f"Install it where models are made: pip install 'millsight[{extra}]'",
    )


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="millsight")
@click.option(
    "--log-level",
    type=click.Choice(LEVELS, case_sensitive=False),
    envvar="MILLSIGHT_LOG_LEVEL",
    show_envvar=True,
    help="Log to stderr, from this severity on. [default: what the command shows anyway]",
)
def millsight(log_level: str | None) -> None:
    """Inspect steel strip beside the line.

    Trains models on frames of the strip, shrinks them, proves that it cost nothing, and runs them
    against the clock. Exit codes: 0 done, 2 wrong usage, others in docs/exit-codes.md.
    """
    current_log().start_on_stderr(log_level)


def main() -> NoReturn:
    """Run the command; every foreseen error becomes one line on stderr and an exit code."""
    for word in sys.argv[1:]:
        hide_secrets_in(word.partition("=")[2] if word.startswith("--") else word)
    with guarded_output():
        log = CommandLog()
        try:
            code = _exit_code(log)
        except Exception as error:
            if not log.keep_traceback(error):
                raise
            code = 1
        finally:
            lost = log.close()
    # The log has said so itself.
    sys.exit(NotKeptError.exit_code if lost and code == 0 else code)


def _exit_code(log: CommandLog) -> int:
    """Run the command and say what ended it early, unless nobody has foreseen that."""
    try:
        code = millsight.main(standalone_mode=False, obj=log)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except ReaderGoneError as error:
        # Python would complain when it closes stdout at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return error.exit_code
    except (KeyboardInterrupt, click.Abort) as stop:
        # click turns Ctrl-C into an Abort without words; the words are its cause's.
        words = getattr(stop.__cause__ or stop, "args", ())
        _say(" ".join(map(str, words)) or "stopped by Ctrl-C", level=logging.INFO)
        return INTERRUPTED_EXIT_CODE
    except MillsightError as error:
        fault = error
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing in _OWN:
            raise
        fault = missing_extra("this command", "train", missing)
    except OSError as error:
        fault = UnwritableError(f"{error.filename or 'the output'} failed: {error.strerror}")
    else:
        # click gives back the code of a command that exits early, such as --help.
        return code if isinstance(code, int) else 0
    for earlier in _earlier(fault):
        _say(str(earlier))
    _say(str(fault))
    return fault.exit_code


def _earlier(fault: BaseException) -> list[MillsightError]:
    """Errors that had ended the command already when what it closed failed too, the first first."""
    found: list[MillsightError] = []
    before = None if fault.__suppress_context__ else fault.__context__
    while before is not None:
        if isinstance(before, MillsightError):
            found.insert(0, before)
        before = None if before.__suppress_context__ else before.__context__
    return found


def _is_binary() -> bool:
    return bool(getattr(sys, "frozen", False))


def _say(text: str, level: int = logging.ERROR) -> None:
    say(_LOG, text, lambda: click.echo(f"millsight: {outgoing(text)}", err=True), level=level)
