"""A folder that another program writes images into: each is a frame once it is whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from edge.cameras.base import Camera
from edge.cameras.files import natural_order
from edge.core.clock import SYSTEM_CLOCK, Clock
from edge.core.errors import ImageError, MissingPathError
from edge.core.frame import BadFrame, Frame
from edge.core.images import MAX_PIXELS, SUFFIXES, NotAFileError, read_grey
from edge.core.inspection import Cause
from edge.core.stop_flag import StopFlag

_POLL_S = 0.1
_SCAN_AGAIN_S = 2.0
"""A folder is listed again after so long even if it seems unchanged: its time stamp is coarse."""
_GIVEN_UP_S = 5.0
"""An image that cannot be decoded is broken, and not half-written, when unchanged for so long."""


@dataclass(slots=True)
class _Coming:
    """A file that is there and was not given yet."""

    stamp: tuple[int, int] = (-1, -1)
    since: float = 0.0
    moved_s: float = 0.0

    def look(self, path: Path, now: float) -> None:
        """Notice whether it has changed since this was last asked, as of ``now``."""
        with suppress(OSError):
            found = path.stat()
            if (found.st_size, found.st_mtime_ns) != self.stamp:
                self.stamp = (found.st_size, found.st_mtime_ns)
                self.since = now
            # Moving a file in changes its inode, but not the time at which it was written.
            self.moved_s = found.st_ctime - found.st_mtime

    def unchanged_s(self, now: float) -> float:
        """For how many seconds it has not been written to."""
        return max(now - self.since, self.moved_s)


class WatchedFolder(Camera):
    """Gives each new image of a folder in the order of their names, until closed.

    An image is read when it has not changed for a moment; one that was moved in at once. Those
    after it wait for it. An image that is replaced by moving another over it is new; one that is
    overwritten in place is not. Files that begin with a dot are left alone, so that a program may
    write under such a name and rename.

    Args:
        folder: The folder; not those within.
        existing: Also give the images that are there at the start.
        settled_s: How long a file must not have changed, in seconds.
        convert_colour: Turn real colour into grey rather than refuse it.
        most_pixels: Images of more pixels are refused.
        clock: What waits go by.

    Raises:
        MissingPathError: There is no such folder, or it may not be read.
    """

    def __init__(
        self,
        folder: Path,
        *,
        existing: bool = False,
        settled_s: float = 0.3,
        convert_colour: bool = False,
        most_pixels: int = MAX_PIXELS,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self.name = str(folder)
        self._folder = folder
        self._settled_s = settled_s
        self._convert_colour = convert_colour
        self._most_pixels = most_pixels
        self._clock = clock
        self._closed = StopFlag(clock)
        self._seen: dict[str, int] = {}
        self._coming: dict[str, _Coming] = {}
        self._number = 0
        self._listed: tuple[int, float] = (-1, float("-inf"))
        try:
            self._list()
        except OSError as error:
            raise MissingPathError(
                f"folder {folder} cannot be watched: {(error.strerror or str(error)).lower()}"
            ) from None
        if not existing:
            self._coming.clear()

    def __iter__(self) -> Iterator[Frame | BadFrame]:
        gone = False
        while not self._closed.is_set():
            try:
                self._list()
                gone = False
            except OSError as error:
                if not gone:
                    yield self._gone(error)
                gone = True
            for frame in self._whole():
                yield frame
                if self._closed.is_set():
                    return
            self._closed.wait(_POLL_S)

    def close(self) -> None:
        """End iteration at once. Safe to call twice."""
        self._closed.set()

    def _list(self) -> None:
        """Find what is new, if the folder has changed since it was last listed."""
        changed_at = self._folder.stat().st_mtime_ns
        now = self._clock.now()
        if changed_at == self._listed[0] and now - self._listed[1] < _SCAN_AGAIN_S:
            return
        with os.scandir(self._folder) as entries:
            there = {each.name: each.inode() for each in entries if _is_image(each.name)}
        self._listed = (changed_at, now)
        new = [name for name, inode in there.items() if self._seen.get(name) != inode]
        self._seen = there
        for name in sorted(new, key=natural_order):
            self._coming[name] = _Coming()

    def _whole(self) -> Iterator[Frame | BadFrame]:
        """Those of the new files that are whole, up to the first that is not."""
        names = sorted(self._coming, key=natural_order)
        for name in names:
            self._coming[name].look(self._folder / name, self._clock.now())
        for name in names:
            frame = self._frame(self._folder / name, self._coming[name])
            if frame is None:
                return
            del self._coming[name]
            self._number += 1
            yield frame

    def _frame(self, path: Path, coming: _Coming) -> Frame | BadFrame | None:
        """A file's frame; None while it is still being written."""
        coming.look(path, self._clock.now())
        try:
            if path.exists() and coming.unchanged_s(self._clock.now()) < self._settled_s:
                return None
            pixels = read_grey(
                path, convert_colour=self._convert_colour, most_pixels=self._most_pixels
            )
        except MissingPathError:
            return self._bad(path, f"{path} vanished before it was read")
        except NotAFileError as error:
            return self._bad(path, str(error))
        except ImageError as error:
            changed_s = self._clock.now() - coming.since
            return None if changed_s < _GIVEN_UP_S else self._bad(path, str(error))
        return Frame(pixels, self._number, self._clock.now(), str(path))

    def _gone(self, error: OSError) -> BadFrame:
        """A share that went away must be heard of, and a camera that waits gives only frames."""
        why = f"folder {self.name} cannot be read: {error.strerror}; it is looked at until it can"
        bad = self._bad(self._folder, why)
        self._number += 1
        return bad

    def _bad(self, path: Path, why: str) -> BadFrame:
        return BadFrame(self._number, self._clock.now(), str(path), Cause.UNREADABLE, why)


def _is_image(name: str) -> bool:
    return not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES
