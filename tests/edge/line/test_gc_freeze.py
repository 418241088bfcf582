"""A collection does not look at what a line runs on, and the end of a run gives it back."""

from __future__ import annotations

import gc
import weakref

from edge.line.gc_freeze import freeze
from edge.line.loop import Line
from tests.edge.fakes import ListCamera, cascade, frame, strip


class Thing:
    pass


def test_frozen_objects_are_not_collected_but_still_freed():
    thing, kept = Thing(), [Thing()]
    gone = weakref.ref(thing)
    try:
        freeze()
        assert all(other is not kept for other in gc.get_objects())
        del thing
        assert gone() is None
    finally:
        gc.unfreeze()


def test_models_are_frozen_during_a_run_only():
    frozen = []
    line = Line(ListCamera([frame(strip(), 0)]), cascade())
    line.run(watch=lambda *_: frozen.append(gc.get_freeze_count()))
    assert frozen[0] > 0
    assert gc.get_freeze_count() == 0
