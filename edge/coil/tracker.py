"""Joins pieces of defects over frames, and tracks where coils begin and end."""

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
"""A larger step back between two frames is a reset of the position: no strip runs back so far."""


@dataclass(frozen=True, slots=True)
class CoilChanges:
    """The result of one frame, gap or command.

    Attributes:
        defects: Defects that have ended, in the order of their numbers.
        events: Events about coils that began or ended.
    """

    defects: list[CoilDefect]
    events: list[Event]


class CoilTracker:
    """Joins pieces to defects and assigns strip to coils. Not thread-safe.

    *Joining.* Pieces of one class on consecutive frames are joined if the last lines of one mask
    and the first lines of the next lie within ``touch_mm``; without masks, their boxes or regions
    are compared (``contact.Contact``). A piece that touches two earlier defects merges them. Pieces
    within one frame are not joined. Unclassified pieces join only with each other, so a frame
    without classes divides a scratch: its class there is unknown. Strip without a verdict divides a
    defect too.

    For example, frames 7, 8 and 9 show a scratch that crosses both frame borders. On frame 7 a
    track begins; it reaches the end of the strip seen so far and is kept. Frame 8 has a touching
    piece, which extends the track. On frame 9 the piece ends before the frame's end, so the track
    ends and one defect with three pieces is returned.

    *Strip seen again.* If the strip stands still or runs back, frames show strip that was seen
    before. A piece that lies completely on such strip was counted before and is ignored; a piece
    that extends beyond it is joined. A position that falls by more than 10 m between two frames is
    a reset: tracking starts again.

    *Memory.* Defects that cannot continue are returned and forgotten. A defect as long as its coil
    keeps its measures and ``track.MAX_PIECES`` pieces, the first and the last ones.

    *Coils.* The first coil begins with the first frame that is not black. ``begin`` and ``end``
    are commands; after ``end``, strip belongs to no coil until the next ``begin``. With ``gap_mm``
    a coil also ends if black pictures and lost frames add up to more than this without a verdict
    in between; the next coil begins with the next verdict. The black pictures before the end count
    for the coil. A lost camera does not end a coil, because the strip continued without it.

    Args:
        name: Name of the first coil. If it is empty, and for coils after a gap, the name is made
            from the time and a count: ``coil-20261123T101500-002``.
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
        """Action for the worst defect of the latest frame, by its extent so far. Empty without
        rules, and if the frame has no verdict."""
        self._scale = Scale(mm_per_line, mm_per_px_across, touch_mm)
        self._gap_mm = gap_mm
        self._disposition = disposition or Disposition()
        self._clock = clock
        self._first_name = name
        self._begun = 0
        self._awaits_coil = True
        self._grade = Grade()
        self._ended_grade = self._grade
        self._tracks: list[Track] = []
        self._number = 0
        self._seen_to_mm: float | None = None
        self._position_mm = 0.0
        self._empty_mm = 0.0
        self._events: list[Event] = []
        """Events of the current frame, gap or command."""

    @property
    def coil(self) -> str:
        """Name of the coil of the latest frame or gap; empty if it lies on none."""
        return self._grade.coil

    def add(self, inspection: Inspection, lines: int | None = None) -> CoilChanges:
        """Add the next frame, in the order of frames and at its final level.

        Args:
            inspection: The inspection of the frame.
            lines: Lines of the frame; None if unknown.

        Returns:
            Defects that ended, because they do not reach the end of the strip seen so far; events.
        """
        return self._changes(self._add_frame(inspection, lines))

    def _add_frame(self, inspection: Inspection, lines: int | None) -> list[CoilDefect]:
        ended = self._update_coil(inspection)
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
            self._join(place(defect, inspection, self._scale, lines), seen_to)
            for defect in inspection.defects
        ]
        self.action = self._disposition.worst(self._decide_so_far(shown))
        continuing = []
        for track in self._tracks:
            if track.end_frame(self._seen_to_mm, self._scale):
                continuing.append(track)
            else:
                ended.append(self._end(track))
        self._tracks = continuing
        return ended

    def add_gap(self, gap: Gap) -> CoilChanges:
        """Add strip that passed without a frame; it ends all current defects."""
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
        """Begin a coil by command; the current coil ends.

        Args:
            name: Its name; an empty name is made from the time. The name of the current coil
                changes nothing, because a broker may send a command twice.
            position_mm: Position of its beginning in mm, for the event.

        Returns:
            Defects that ended with the coil before, and the events of both coils.
        """
        if name and name == self.coil:
            return self._changes([])
        ended = self._end_coil(position_mm, self._clock.wall())
        self._begin_coil(name, position_mm, self._clock.wall())
        return self._changes(ended)

    def end(self) -> CoilChanges:
        """End the coil by command or with the run, and what ends with it."""
        return self._changes(self._end_coil(self._seen_to_mm, self._clock.wall()))

    def grade(self) -> dict[str, Any]:
        """``Grade.as_json`` of the current coil, or else of the one that ended last."""
        return (self._grade if self.coil else self._ended_grade).as_json()

    def _changes(self, ended: list[CoilDefect]) -> CoilChanges:
        events, self._events = self._events, []
        return CoilChanges(ended, events)

    def _update_coil(self, inspection: Inspection) -> list[CoilDefect]:
        end_mm = inspection.position_mm + inspection.length_mm
        if inspection.cause is Cause.BLACK:
            return self._pass_without_strip(inspection.length_mm, end_mm, inspection.at)
        inspected = inspection.level is not Level.UNINSPECTED
        if inspected:
            self._empty_mm = 0.0
        if self._awaits_coil and (inspected or not self._begun):
            self._begin_coil(self._first_name, inspection.position_mm, inspection.at)
        return []

    def _pass_without_strip(self, length_mm: float, end_mm: float, at: float) -> list[CoilDefect]:
        self._empty_mm += length_mm
        if self._gap_mm is None or self._empty_mm <= self._gap_mm or not self.coil:
            return []
        ended = self._end_coil(end_mm, at)
        self._awaits_coil = True
        return ended

    def _begin_coil(self, name: str, position_mm: float, at: float) -> None:
        self._awaits_coil = False
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

    def _join(self, piece: PlacedPiece, seen_to_mm: float) -> Track:
        """Join a piece with the tracks that it touches; return its track."""
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
        open_tracks = Counter(track.class_name for track in self._tracks)
        for track in shown:
            count = self._grade.count(track.class_name) + open_tracks[track.class_name]
            yield self._decide(track, max(1, count))

    def _end_tracks(self) -> list[CoilDefect]:
        ended = [self._end(track) for track in self._tracks]
        self._tracks = []
        return ended

    def _end(self, track: Track) -> CoilDefect:
        self._number += 1
        action = self._decide(track, self._grade.count(track.class_name) + 1)
        defect = track.to_defect(self.coil, self._number, action)
        self._grade.add_defect(defect)
        return defect

    def _decide(self, track: Track, count: int) -> str:
        return self._disposition.decide(
            track.class_name, track.length_mm, track.width_mm, track.area_mm2, count
        )
