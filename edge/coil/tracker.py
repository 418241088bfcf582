"""Joins pieces of defects over frames, and follows coils from their beginning to their end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from edge.coil.contact import Scale
from edge.coil.disposition import Disposition
from edge.coil.grade import Grade
from edge.coil.track import PlacedPiece, Track, place
from edge.core.clock import SYSTEM_CLOCK, Clock
from edge.core.coil_defect import CoilDefect
from edge.core.coverage import Gap
from edge.core.events import Event, EventKind
from edge.core.inspection import (
    Cause,
    Inspection,
    Level,
)

_RESET_MM = 10_000.0
"""No strip runs back so far between two frames: its position was set anew."""


@dataclass(frozen=True, slots=True)
class CoilChanges:
    """What one step along the strip, or a command, has brought about.

    Attributes:
        defects: Those that have ended, in the order in which they are numbered.
        events: Coils that have begun and ended.
    """

    defects: list[CoilDefect]
    events: list[Event]


class CoilTracker:
    """One defect for all its pieces, and one coil for all its strip. Not thread-safe.

    *Joining.* Pieces of one class touch where the last lines of one frame's mask and the first
    lines of the next one's lie within ``touch_mm``; without masks, the boxes, or the regions where
    the class was seen. A piece that touches two earlier ones makes them one. Pieces within a frame
    stay as the models gave them. Those that no classifier has judged join with each other alone: a
    frame that was given up in the middle of a scratch parts it, since what it shows is not known.
    So does strip without a verdict.

    *Strip seen again.* Where the strip stands or runs back, frames show what has been seen. What
    lies there whole was counted when it first passed and is left out; what reaches past it goes on.
    A position that falls by more than 10 m between two frames was set anew: tracking starts afresh.

    *Memory.* Defects that no longer touch the strip's seen end are given out and forgotten. One as
    long as its coil keeps its measures and ``track.MAX_PIECES`` pieces, the first and the last.

    *Coils.* The first begins with the first frame that is not black. ``begin`` and ``end`` command;
    after ``end`` strip lies on no coil until the next ``begin``. With ``gap_mm`` a coil also ends
    where black pictures, or frames that a camera which is there never gave, add up to more without
    a verdict between; the next begins with the next verdict. Black pictures up to there count as
    the coil's. A lost camera ends no coil: the strip went on without it.

    Args:
        name: Of the first coil; made of the time and a count where it is empty, as those of coils
            after a gap are: ``coil-20261123T101500-002``.
        mm_per_line: Millimetres of strip in one line.
        mm_per_px_across: Millimetres of strip in one column.
        touch_mm: Pieces no farther apart touch.
        gap_mm: Millimetres without strip that end a coil; None ends none.
        disposition: Decides what is to be done about defects.
        clock: Dates what comes without a time of its own.
    """

    def __init__(
        self,
        name: str = "",
        *,
        mm_per_line: float = 0.5,
        mm_per_px_across: float = 0.5,
        touch_mm: float = 8.0,
        gap_mm: float | None = None,
        disposition: Disposition | None = None,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self.action = ""
        """What is to be done about the worst defect of the frame added last, by what is known of
        its length so far. Empty without rules, and where the frame has no verdict."""
        self._scale = Scale(mm_per_line, mm_per_px_across, touch_mm)
        self._gap_mm = gap_mm
        self._disposition = disposition or Disposition()
        self._clock = clock
        self._first_name = name
        self._begun = 0
        self._waits = True
        self._grade = Grade()
        self._ended_grade = self._grade
        self._tracks: list[Track] = []
        self._number = 0
        self._seen_to_mm: float | None = None
        self._position_mm = 0.0
        self._empty_mm = 0.0
        self._events: list[Event] = []
        """Of the step that is being taken."""

    @property
    def coil(self) -> str:
        """Name of the coil that the frame or gap added last lies on; empty on none."""
        return self._grade.coil

    def add(self, inspection: Inspection, lines: int | None = None) -> CoilChanges:
        """Follow the next frame, in the order of frames and at its final level.

        Args:
            inspection: Of the frame.
            lines: Lines of the frame, where that is known.

        Returns:
            What has ended with it: defects that do not reach to where the strip is now seen to.
        """
        return self._changes(self._follow(inspection, lines))

    def _follow(self, inspection: Inspection, lines: int | None) -> list[CoilDefect]:
        ended = self._follow_strip(inspection)
        self._grade.coverage.add_strip(inspection.length_mm, inspection.level, inspection.cause)
        position = inspection.position_mm
        seen_to = self._seen_to_mm
        if seen_to is None or position < self._position_mm - _RESET_MM:
            ended += self._end_tracks()
            seen_to = position
        self._position_mm = position
        self._seen_to_mm = max(seen_to, position + inspection.length_mm)
        if inspection.level is Level.UNINSPECTED:
            self.action = ""
            return ended + (self._end_tracks() if inspection.length_mm > 0 else [])
        shown = [
            self._take(place(defect, inspection, self._scale, lines), seen_to)
            for defect in inspection.defects
        ]
        self.action = self._disposition.worst(self._decide_so_far(shown))
        going_on = []
        for track in self._tracks:
            if track.goes_on(self._seen_to_mm, self._scale):
                going_on.append(track)
            else:
                ended.append(self._end(track))
        self._tracks = going_on
        return ended

    def add_gap(self, gap: Gap) -> CoilChanges:
        """Follow strip that passed without a frame: what touches it ends there."""
        if gap.length_mm <= 0:
            return self._changes([])
        end_mm = gap.position_mm + gap.length_mm
        ended = self._end_tracks()
        if gap.cause is not Cause.CAMERA_LOST:
            ended += self._pass_without_strip(gap.length_mm, end_mm, gap.at)
        self._grade.coverage.add_strip(gap.length_mm, Level.UNINSPECTED, gap.cause)
        self._position_mm = end_mm
        self._seen_to_mm = end_mm if self._seen_to_mm is None else max(self._seen_to_mm, end_mm)
        return self._changes(ended)

    def begin(self, name: str, position_mm: float) -> CoilChanges:
        """Begin a coil by command; one that runs under another name ends.

        Args:
            name: Its name; empty makes one of the time. The name of the coil that runs already
                changes nothing: a broker may say it twice.
            position_mm: Millimetre where it begins, for the event.

        Returns:
            What ends with the coil before, and the events of both.
        """
        if name and name == self.coil:
            return self._changes([])
        ended = self._end_coil(position_mm, self._clock.wall())
        self._begin_coil(name, position_mm, self._clock.wall())
        return self._changes(ended)

    def end(self) -> CoilChanges:
        """End the coil by command or with the run, and what ends with it."""
        self._waits = False
        return self._changes(self._end_coil(self._seen_to_mm, self._clock.wall()))

    def grade(self) -> dict[str, Any]:
        """``Grade.as_json`` of the coil that runs; where none does, of the one that ended last."""
        return (self._grade if self.coil else self._ended_grade).as_json()

    def _changes(self, ended: list[CoilDefect]) -> CoilChanges:
        events, self._events = self._events, []
        return CoilChanges(ended, events)

    def _follow_strip(self, inspection: Inspection) -> list[CoilDefect]:
        end_mm = inspection.position_mm + inspection.length_mm
        if inspection.cause is Cause.BLACK:
            return self._pass_without_strip(inspection.length_mm, end_mm, inspection.at)
        seen = inspection.level is not Level.UNINSPECTED
        if seen:
            self._empty_mm = 0.0
        if self._waits and (seen or not self._begun):
            self._begin_coil(self._first_name, inspection.position_mm, inspection.at)
        return []

    def _pass_without_strip(self, length_mm: float, end_mm: float, at: float) -> list[CoilDefect]:
        self._empty_mm += length_mm
        if self._gap_mm is None or self._empty_mm <= self._gap_mm or not self.coil:
            return []
        ended = self._end_coil(end_mm, at)
        self._waits = True
        return ended

    def _begin_coil(self, name: str, position_mm: float, at: float) -> None:
        self._waits = False
        self._first_name = ""
        self._begun += 1
        began = datetime.fromtimestamp(at or self._clock.wall(), UTC)
        self._grade = Grade(name or f"coil-{began:%Y%m%dT%H%M%S}-{self._begun:03d}")
        self._number = 0
        self._note(EventKind.COIL_BEGAN, f"coil {self.coil} began", position_mm, at)

    def _end_coil(self, position_mm: float | None, at: float) -> list[CoilDefect]:
        ended = self._end_tracks()
        if self.coil:
            text = f"coil {self.coil} ended: {self._grade.headline()}"
            self._note(EventKind.COIL_ENDED, text, position_mm, at, self._grade.as_json())
            self._ended_grade = self._grade
            self._grade = Grade()
            self._number = 0
        return ended

    def _note(
        self,
        kind: EventKind,
        text: str,
        position_mm: float | None,
        at: float,
        grade: dict[str, Any] | None = None,
    ) -> None:
        self._events.append(
            Event(kind, text, at or self._clock.wall(), position_mm, self.coil, grade)
        )

    def _take(self, piece: PlacedPiece, seen_to_mm: float) -> Track:
        """Join a piece to what it touches; the defect as far as it is known."""
        touched = [track for track in self._tracks if track.touches(piece, self._scale)]
        track = touched[0] if touched else Track(piece)
        if piece.end_mm > seen_to_mm:
            for other in touched[1:]:
                track.absorb(other)
                self._tracks.remove(other)
            if touched:
                track.join(piece)
            else:
                self._tracks.append(track)
        return track

    def _decide_so_far(self, shown: list[Track]) -> Iterator[str]:
        going_on = Counter(track.class_name for track in self._tracks)
        for track in shown:
            count = self._grade.count(track.class_name) + going_on[track.class_name]
            yield self._decide(track, max(1, count))

    def _end_tracks(self) -> list[CoilDefect]:
        ended = [self._end(track) for track in self._tracks]
        self._tracks = []
        return ended

    def _end(self, track: Track) -> CoilDefect:
        self._number += 1
        action = self._decide(track, self._grade.count(track.class_name) + 1)
        defect = track.ended(self.coil, self._number, action)
        self._grade.add_defect(defect)
        return defect

    def _decide(self, track: Track, count: int) -> str:
        return self._disposition.decide(
            track.class_name, track.length_mm, track.width_mm, track.area_mm2, count
        )
