"""Progress of long work: a bar on stderr, so that stdout stays for results, or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from edge.cli.console import SafeConsole

Item = TypeVar("Item")


class ItemProgress(Protocol):
    """Passes items on while it tells somebody how many of ``total`` there have been."""

    def __call__(self, items: Iterable[Item], what: str, total: int) -> Iterable[Item]:
        """Yield ``items`` unchanged; ``what`` says in a few words what is being done."""


def quiet(items: Iterable[Item], what: str, total: int) -> Iterable[Item]:
    """Tell nobody."""
    return items


def track(items: Iterable[Item], what: str, total: int) -> Iterator[Item]:
    """Move a bar of ``total`` steps on stderr; none where stderr is no terminal."""
    console = SafeConsole(stderr=True)
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=console, disable=not console.is_terminal) as bar:
        yield from bar.track(items, total=total)
