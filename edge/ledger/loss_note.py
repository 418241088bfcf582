"""What a full disk keeps out of the ledger, noted in room that was taken while there was some.

The note lies in the file by which the run holds its ledger, ``NAME.lock``: its block is written
when the run begins, and a note goes over it, which takes no room. The next run, or a reader, finds
there what the ledger itself could not be told.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

BYTES = 4096


@dataclass(frozen=True, slots=True)
class LossNote:
    """What of a run is not in the ledger.

    Attributes:
        run: Its number.
        rows: Rows that were never stored.
        mm: Millimetres of strip whose stretches were among them.
        began: When the run began, in seconds since 1970 (UTC).
        seen: When the note was written.
        ended: When the run ended; None where it was cut off, or goes on.
        camera: Where its frames came from.
    """

    run: int
    rows: int
    mm: float
    began: float
    seen: float
    ended: float | None
    camera: str


def reserve(file: IO[bytes]) -> None:
    """Take the room for a note, where there is any."""
    with suppress(OSError):
        missing = BYTES - os.fstat(file.fileno()).st_size
        if missing > 0:
            os.pwrite(file.fileno(), b" " * missing, BYTES - missing)
            os.fsync(file.fileno())


def write_note(file: IO[bytes], note: LossNote | None) -> bool:
    """Replace the note, on the disk; None leaves none. Whether that could be done."""
    text = (
        b"" if note is None else json.dumps({**asdict(note), "camera": note.camera[:200]}).encode()
    )
    try:
        os.pwrite(file.fileno(), text.ljust(BYTES), 0)
        os.fdatasync(file.fileno())
    except OSError:
        return False
    return True


def read_note(path: Path) -> LossNote | None:
    """The note beside a ledger; None where there is none that makes sense."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        told = json.loads(os.read(descriptor, BYTES))
        note = LossNote(**told)
        numbers = (note.run, note.rows, note.mm, note.began, note.seen, note.ended or 0.0)
        return note if all(isinstance(number, (int, float)) for number in numbers) else None
    except (OSError, ValueError, TypeError):
        return None
    finally:
        os.close(descriptor)
