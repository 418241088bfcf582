"""What the commands of ``millsight ledger`` share: options, and where rows are read and written."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from edge.cli.options import with_options
from edge.core.errors import ReaderGoneError, UnwritableError

if TYPE_CHECKING:
    from edge.ledger.query import LedgerReader

_AGO = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


class _Moment(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.4 on
    """A moment: a date, a date with time, or how long ago; in seconds since 1970."""

    name = "when"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read ``2026-11-23``, ``2026-11-23T06:00``, ``06:00`` of today, or ``8h``."""
        text = str(value).strip()
        if ago := _AGO.fullmatch(text):
            return time.time() - float(ago[1]) * _SECONDS[ago[2]]
        if re.fullmatch(r"\d\d:\d\d(:\d\d)?", text):
            text = f"{datetime.now().date()}T{text}"
        try:
            # Without a time zone it is the time of the clock on the wall.
            return datetime.fromisoformat(text).timestamp()
        except (ValueError, OverflowError):
            self.fail(
                f"{value!r} is no moment; write 2026-11-23, 2026-11-23T06:00, 06:00 or 8h (ago)",
                param,
                ctx,
            )


_MOMENT = _Moment()

ledger_option = click.option(
    "--ledger",
    "path",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The ledger. [default: $MILLSIGHT_LEDGER, else ledger.sqlite in the folder of installed "
    "bundles]",
)
rows_option = click.option(
    "--rows",
    "table",
    type=click.Choice(["defects", "stretches", "events", "coils", "runs"]),
    default="defects",
    show_default=True,
    help="What to list.",
)
_filters = (
    click.option("--coil", help="Only rows of this coil."),
    click.option("--class", "class_name", metavar="CLASS", help="Only defects of this class."),
    click.option(
        "--since",
        type=_MOMENT,
        help="Only from this time on: 2026-11-23, 2026-11-23T06:00, 06:00 (today), 8h or 3d (ago).",
    ),
    click.option("--until", type=_MOMENT, help="Only up to this time."),
    click.option(
        "--min-length",
        "min_length_mm",
        type=click.FloatRange(min=0),
        metavar="MM",
        help="Only rows of at least this length along the strip.",
    ),
    click.option("--action", help="Only rows with this action: pass, hold, divert, reject."),
)


def filtered(command: Callable[..., Any]) -> Callable[..., Any]:
    """The filters' options, given to the command as one ``wanted``."""

    @with_options(*_filters)
    @wraps(command)
    def with_filter(
        *args: Any,
        coil: str | None,
        class_name: str | None,
        since: float | None,
        until: float | None,
        min_length_mm: float | None,
        action: str | None,
        **more: Any,
    ) -> Any:
        from edge.core.inspection import UNCLASSIFIED
        from edge.ledger.tables import Filter

        class_name = "" if class_name == UNCLASSIFIED else class_name
        wanted = Filter(coil, class_name, since, until, min_length_mm, action)
        return command(*args, wanted=wanted, **more)

    return with_filter


def open_ledger(path: Path | None) -> LedgerReader:
    """Open the ledger that is named, or the one of this device."""
    from edge.ledger.default_path import ledger_path
    from edge.ledger.query import LedgerReader

    return LedgerReader(ledger_path(path))


@contextmanager
def target(out: Path) -> Iterator[BinaryIO]:
    """Where an export goes: a file that is there whole or not at all, or stdout (-).

    A folder that is not there is made.
    """
    from edge.core.files import make_folder, writing_whole

    if str(out) == "-":
        with stdout() as file:
            yield file
        return
    make_folder(out.parent)
    with writing_whole(out) as file:
        yield file


@contextmanager
def stdout() -> Iterator[BinaryIO]:
    """Stdout for bytes; a reader that goes, as ``| head`` does, ends the command in silence."""
    try:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise ReaderGoneError("nobody reads the output any more") from None
    except OSError as error:
        raise UnwritableError(f"stdout cannot be written: {error.strerror}") from None
