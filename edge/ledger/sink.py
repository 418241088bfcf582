"""Writes the ledger beside the line."""

from __future__ import annotations

import json
import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from edge import __version__
from edge.core import clock_sync
from edge.core.clock import SYSTEM_CLOCK, Clock
from edge.core.coil_defect import CoilDefect
from edge.core.coverage import Gap
from edge.core.events import Event, EventKind, Tell, untold
from edge.core.frame import Frame
from edge.core.inspection import Inspection
from edge.core.picture_files import WrittenFile
from edge.core.sink import Loss, Sink
from edge.ledger.age import LedgerAge, Moment
from edge.ledger.coils import Coils
from edge.ledger.commits import COMMIT_S, LedgerWriter
from edge.ledger.frame_pictures import FramePictures
from edge.ledger.loss_note import LossNote
from edge.ledger.open_stretch import OpenStretch
from edge.ledger.outbox import LedgerOutbox
from edge.ledger.pending_rows import LIMIT, STAMPED, PendingRows, Row, storable
from edge.ledger.retention import Keep, Retention

_TICK_S = 0.5
"""At most so many seconds pass between two ticks."""


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What a run's row says of it.

    Attributes:
        camera: Where frames come from.
        bundle: Name of the bundle that judges them.
        bundle_digest: Its SHA-256.
        bundle_trust: Why its networks may run here.
        classes: Names of the classes that it knows, in its order.
        config_digest: SHA-256 of the configuration; empty where there is none.
        version: Of millsight.
    """

    camera: str
    bundle: str
    bundle_digest: str
    bundle_trust: str = ""
    classes: tuple[str, ...] = ()
    config_digest: str = ""
    version: str = __version__


class Ledger(Sink):
    """Rows of what passes, committed once a second, so that a power failure costs a second.

    Nothing that happens to the disk while it writes is raised: inspection goes on, rows wait in
    memory, and ``report`` is told of it.

    Args:
        path: The ledger; created with its folder, or migrated.
        facts: What is known of the run.
        keep: How long rows and pictures are kept.
        picture_of: Gives the picture of an inspection that was just written; that sink comes
            before this one.
        files_of: Gives all files that were written of it: only those are ever deleted.
        outbox_messages: Messages to a broker that are kept; beyond, the oldest are dropped.
        every_s: Seconds between two commits.
        rows_in_memory: Finished rows that wait where the disk is full; beyond, the oldest are lost.
        report: Told that the ledger cannot be stored, or can be again.
        clock: Tells the time.
        boot: Which start of the system this is; None asks the system.
        clock_kept: Asks whether a time service keeps the clock.

    Attributes:
        outbox: Messages that are stored with the rows.
        writer: Commits them.
        retention: Deletes what is old.
        age: The ledger's own time.

    Raises:
        LedgerError: It is no ledger, that of a newer millsight, or another run writes it.
        UnwritableError: Its folder cannot be written.
    """

    def __init__(
        self,
        path: Path,
        facts: RunFacts,
        *,
        keep: Keep | None = None,
        picture_of: Callable[[Inspection], Path | None] | None = None,
        files_of: Callable[[Inspection], Sequence[WrittenFile]] = lambda inspection: (),
        outbox_messages: int = 100_000,
        every_s: float = COMMIT_S,
        rows_in_memory: int = LIMIT,
        report: Tell = untold,
        clock: Clock = SYSTEM_CLOCK,
        boot: str | None = None,
        clock_kept: Callable[[], bool] = clock_sync.kept_by_time_service,
    ) -> None:
        keep = keep or Keep()
        self._facts = facts
        self._picture_of = picture_of
        self._files_of = files_of
        self._clock = clock
        self.age = LedgerAge(
            clock,
            boot=clock_sync.boot() if boot is None else boot,
            kept=clock_kept,
            shortest_days=keep.shortest_days,
        )
        self._gone_on = False
        self._rows = PendingRows(rows_in_memory, now=clock.now, aged=self.age.of)
        self._numbers: Counter[str] = Counter()
        self._stretch: OpenStretch | None = None
        self._coils = Coils(self._rows)
        self._shown = FramePictures()
        self._began = clock.wall()
        self._ended: float | None = None
        self._changed = True
        self._lost_told = 0
        self._unstored_messages = 0
        self._report = report
        self.writer = LedgerWriter(path, every_s=every_s, report=report, clock=clock)
        self.writer.add_part(self)
        self.outbox = LedgerOutbox(self.writer, limit=outbox_messages, clock=clock)
        self.retention = Retention(self.writer, keep, self.age, clock=clock, report=report)

    @property
    def commits(self) -> int:
        """Commits that are on the disk."""
        return self.writer.commits

    @property
    def lost(self) -> tuple[int, float]:
        """Rows that were never stored, and millimetres of strip whose stretches were among them."""
        return self._rows.lost, self._rows.lost_mm

    def write(self, inspection: Inspection, frame: Frame | None) -> None:
        """Take one inspection; commit where the last is a second ago."""
        at = inspection.at or self._clock.wall()
        coil = self._coils.on(inspection.coil, inspection.position_mm, inspection.length_mm, at)
        if self._stretch is None or not self._stretch.grow(coil, inspection, at):
            self._end_stretch()
            number = self._number("stretches")
            self._stretch = OpenStretch.of(number, coil, inspection, at)
        if frame is not None:
            self._coils.see(frame.pixels.shape[1] * frame.mm_per_px_across)
        for file in self._files_of(inspection):
            values = (os.fsencode(file.path.absolute()), file.size, file.digest)
            self._rows.add(("files", (self._number("files"), *values)))
        if inspection.defects and frame is not None:
            path = self._picture_of(inspection) if self._picture_of else None
            self._shown.add(inspection.frame, path, frame)
        self._coils.decide(inspection.coil, inspection.action)
        self._changed = True
        if self.writer.due():
            self._commit()

    def gap(self, gap: Gap) -> None:
        """Take strip that passed without a frame."""
        at = gap.at or self._clock.wall()
        coil = self._coils.on(gap.coil, gap.position_mm, gap.length_mm, at)
        if self._stretch is None or not self._stretch.grow_gap(coil, gap, at):
            self._end_stretch()
            self._stretch = OpenStretch.of_gap(self._number("stretches"), coil, gap, at)
        self._changed = True

    def defect(self, defect: CoilDefect) -> None:
        """Take a defect that has ended."""
        coil = self._coils.decide(defect.coil, defect.action)
        at = defect.at or self._clock.wall()
        self._rows.add(*self._shown.record(self._number("defects"), coil, defect, at))

    def tell(self, event: Event) -> None:
        """Take an event; that of a coil begins or ends it."""
        number = self._number("events")
        values = (number, event.kind.value, event.text, event.at, event.position_mm, event.coil)
        self._rows.add(("events", values))
        if event.kind is EventKind.COIL_BEGAN:
            self._coils.begin(event.coil, event.position_mm or 0.0, event.at)
        elif event.kind is EventKind.COIL_ENDED:
            self._coils.end(event.at)

    def tick(self) -> None:
        """Commit so that no row waits for more than a second; then delete a little of what is old.

        Deletes pictures first where the disk is full.
        """
        if self.writer.due(within_s=_TICK_S):
            self._commit()
        if seconds := self.age.look():
            self._count(seconds)
        self.retention.step()
        self._tell_lost()

    def _count(self, seconds: float) -> None:
        """Let time since the run before count, but not for what this run has recorded since."""
        with self.writer.lock, suppress(sqlite3.Error):
            connection = self.writer.connection
            if connection is None:
                return
            connection.execute("BEGIN IMMEDIATE")
            try:
                for table in STAMPED:
                    connection.execute(
                        f"UPDATE {table} SET aged = aged + ? WHERE run = ?",
                        (seconds, self.writer.run),
                    )
                connection.execute("COMMIT")
            except BaseException:
                connection.rollback()
                raise
            self._tell(EventKind.CLOCK, self.age.count(seconds))

    def _tell_lost(self) -> None:
        if self._rows.lost > self._lost_told and not self.writer.failing:
            text = (
                f"{self._rows.lost} rows of the ledger {self.writer.path} were lost, among them "
                f"those of {self._rows.lost_mm / 1000:.1f} m of strip"
            )
            self._tell(EventKind.STORAGE, text)
            self._lost_told = self._rows.lost

    def _tell(self, kind: EventKind, text: str) -> None:
        self._report(Event(kind, text, self._clock.wall()))

    def close(self) -> None:
        """End the run and store what waits. Safe to call twice."""
        if self._ended is not None:
            return
        self._ended = self._clock.wall()
        self._end_stretch()
        self._coils.end(self._ended)
        self._changed = True
        if not self._commit() and not self._commit():
            self._give_up()
        self.writer.close()

    def loss(self) -> Loss | None:
        """Rows that were never stored, and messages that were neither stored nor sent."""
        rows, mm = self.lost
        messages = self._unstored_messages
        if not rows and not messages:
            return None
        parts = [f"{rows} rows, {mm / 1000:.1f} m of strip among them"] if rows else []
        parts += [f"{messages} messages to the broker"] if messages else []
        figures = {"ledger_rows": rows, "ledger_mm": round(mm, 3), "unsaved_messages": messages}
        text = f"the ledger {self.writer.path} has lost {' and '.join(parts)}"
        return Loss(text, {name: value for name, value in figures.items() if value})

    def _give_up(self) -> None:
        """Own up to what could not be stored until the end, and note it where there is room."""
        self._rows.give_up()
        self._unstored_messages = self.outbox.unsaved
        # The run's own row, with its end, was not stored either.
        self._rows.lost = max(1, self._rows.lost)
        self.writer.note(self._loss_note())
        text = (
            f"what waited for the ledger {self.writer.path} when the run ended is lost: "
            f"{self._rows.lost} rows, {self._rows.lost_mm / 1000:.1f} m of strip"
        )
        self._tell(EventKind.STORAGE, text)
        self._lost_told = self._rows.lost

    def _loss_note(self) -> LossNote:
        rows, mm = self._rows.unstored(self._growing())
        return LossNote(
            run=self.writer.run,
            rows=rows,
            mm=mm,
            began=self._began,
            seen=self._clock.wall(),
            ended=self._ended,
            camera=self._facts.camera,
        )

    def opened(self, connection: sqlite3.Connection) -> None:
        """A part of the writer: learn when the run before was stored last."""
        if self._gone_on:
            return
        row = connection.execute(
            "SELECT aged, seen, boot, up_s, clock_kept FROM runs ORDER BY run DESC LIMIT 1"
        ).fetchone()
        self._gone_on = True
        if row is not None and (text := self.age.go_on(Moment(*row))) is not None:
            self._tell(EventKind.CLOCK, text)

    def waiting(self) -> bool:
        """Whether anything came since the last commit."""
        return self._changed or bool(self._rows)

    def save(self, connection: sqlite3.Connection, run: int) -> None:
        """Write the run, what is finished, and what still grows as it stands."""
        facts, moment = self._facts, self.age.moment()
        values = {
            "run": run,
            "began": self._began,
            "seen": moment.wall,
            "ended": self._ended,
            "camera": facts.camera,
            "bundle": facts.bundle,
            "bundle_digest": facts.bundle_digest,
            "version": facts.version,
            "config_digest": facts.config_digest,
            "unstored_rows": self._rows.lost,
            "unstored_mm": self._rows.lost_mm,
            "bundle_trust": facts.bundle_trust,
            "classes": json.dumps(facts.classes),
            "aged": moment.aged,
            "boot": moment.boot,
            "up_s": moment.up_s,
            "clock_kept": moment.kept,
        }
        connection.execute(
            f"INSERT OR REPLACE INTO runs ({', '.join(values)}) "
            f"VALUES ({', '.join('?' * len(values))})",
            [storable(value) for value in values.values()],
        )
        self._rows.save(connection, run, self._growing())

    def saved(self) -> None:
        """The transaction is on the disk."""
        self._rows.saved()
        self._changed = False

    def _growing(self) -> list[Row]:
        return [open_.row() for open_ in (self._stretch, self._coils.here) if open_]

    def _commit(self) -> bool:
        """Store what waits, or note that it is not stored; whether it is."""
        if self.writer.commit():
            self.writer.note(None)
            return True
        self.writer.note(self._loss_note())
        # Pictures go only where the log has nothing left to give.
        if self.writer.full and not self.writer.fold_log():
            self.retention.make_room()
            self.writer.fold_log()
        return False

    def _number(self, table: str) -> int:
        self._numbers[table] += 1
        return self._numbers[table]

    def _end_stretch(self) -> None:
        if self._stretch is not None:
            self._rows.add(self._stretch.row())
            self._stretch = None
