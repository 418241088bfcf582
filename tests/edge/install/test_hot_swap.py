"""A line takes up what is installed while it runs, and loses nothing by it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from edge.bundle import Bundle, read_bundle
from edge.core.errors import BundleError, EngineError
from edge.core.events import Event, EventKind
from edge.core.frame import BadFrame, Frame
from edge.install.hot_swap import BundleWatch
from edge.install.store import Store
from edge.install.verify import Heed
from edge.line.loop import Line
from edge.line.run_state import RunState
from edge.vision.cascade import Cascade
from tests.edge import fakes
from tests.edge.bundle.signing import device, signed_bytes
from tests.edge.line.takes import Kept

A, B = (read_bundle(signed_bytes(name=name)) for name in ("a", "b"))
NARROW = read_bundle(
    signed_bytes(
        name="narrow",
        frame={
            "min_width": 1,
            "max_width": 8,
            "min_height": 1,
            "max_height": 8,
            "multiple_width": 1,
            "multiple_height": 1,
        },
    )
)
PIXELS = np.full((32, 64), 40, np.uint8)


class Loads:
    """Stands in for loading and proving: a cascade for each bundle, or what it is told to do."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.go = threading.Event()
        self.go.set()
        self.fault: Exception | None = None

    def __call__(self, bundle: Bundle) -> Cascade:
        self.go.wait(10)
        self.done.append(bundle.manifest.name)
        if self.fault is not None:
            raise self.fault
        return fakes.cascade()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(device(tmp_path))
    store.install(A)
    return store


@pytest.fixture
def load() -> Loads:
    return Loads()


@pytest.fixture
def state() -> RunState:
    return RunState(live=False)


@pytest.fixture
def said(state: RunState) -> Callable[[], list[str]]:
    """What was said of bundles since this was last asked."""

    def said() -> list[str]:
        told: list[Event] = []
        state.events.pass_on(told.append)
        assert {event.kind for event in told} <= {EventKind.BUNDLE}
        return [event.text for event in told]

    return said


@pytest.fixture
def watch(store: Store, load: Loads, state: RunState) -> BundleWatch:
    say = partial(state.tell_here, EventKind.BUNDLE)
    bundle = store.load(store.read().current)
    return BundleWatch(store, bundle, fakes.cascade(), load, say=say, every_s=0.0)


Said = Callable[[], list[str]]


def frame(number: int = 0) -> Frame:
    return fakes.frame(PIXELS, number)


def polled(watch: BundleWatch) -> Cascade | None:
    """What a line is given that polls before, and again after a bundle is loaded and proven."""
    for _ in range(2):
        if (cascade := watch.poll(frame())) is not None:
            return cascade
        for thread in threading.enumerate():
            if thread.name == "millsight-bundle":
                thread.join(60)
    return None


def test_a_new_bundle_is_handed_over_once(watch: BundleWatch, store: Store, said: Said) -> None:
    assert polled(watch) is None
    store.install(B)
    assert polled(watch) is not None
    assert watch.bundle.manifest.name == "b"
    assert said() == [
        "From here on b (signed by mill) judges, no longer a (signed by mill)",
    ]
    assert (polled(watch), said()) == (None, [])


def test_going_back_is_taken_up_too(watch: BundleWatch, store: Store) -> None:
    store.install(B)
    polled(watch)
    store.roll_back()
    assert polled(watch) is not None
    assert watch.bundle.manifest.name == "a"


def test_the_same_again_is_nothing_new(watch: BundleWatch, store: Store, load: Loads) -> None:
    store.install(A)
    assert polled(watch) is None
    assert load.done == []


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (EngineError("the engine refuses it"), "the engine refuses it"),
        (BundleError("3 of 4 golden scores disagree"), "3 of 4 golden scores disagree"),
        (ValueError("odd tensor"), "ValueError: odd tensor"),
    ],
)
def test_one_that_fails_is_said_once_and_not_taken_up(
    watch: BundleWatch, store: Store, load: Loads, said: Said, fault: Exception, says: str
) -> None:
    load.fault = fault
    store.install(B)
    assert polled(watch) is None
    (text,) = said()
    assert says in text
    assert "goes on with a (signed by mill)" in text
    assert (polled(watch), said(), load.done) == (None, [], ["b"])
    load.fault = None
    store.roll_back()
    store.roll_back()
    assert polled(watch) is not None


def test_one_that_takes_other_frames_is_not_taken_up(
    watch: BundleWatch, store: Store, load: Loads, said: Said
) -> None:
    store.install(NARROW)
    assert polled(watch) is None
    assert "takes frames of 1–8 × 1–8, not 64×32" in said()[0]
    assert load.done == []


@pytest.mark.parametrize("spoil", ["damaged", "no longer trusted", "list damaged"])
def test_one_that_is_refused_is_not_taken_up(
    watch: BundleWatch, store: Store, said: Said, spoil: str
) -> None:
    store.install(B)
    if spoil == "damaged":
        store.file(B.digest).write_bytes(b"half")
    elif spoil == "list damaged":
        store.path.write_text("{")
    else:
        (store.device.keys / "mill.pub.pem").unlink()
    assert polled(watch) is None
    assert "was not taken up" in said()[0]


def test_between_two_looks_it_does_not_even_ask_for_the_file(
    watch: BundleWatch, store: Store, load: Loads, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch._every_s = 3600.0
    polled(watch)
    store.install(B)
    monkeypatch.setattr(watch, "_stamp", lambda: pytest.fail("it looked"))
    for _ in range(1000):
        assert watch.poll(frame()) is None
    assert load.done == []


def test_a_bad_frame_starts_nothing(watch: BundleWatch, store: Store, load: Loads) -> None:
    store.install(B)
    bad = BadFrame(0, time.monotonic(), "test", "unreadable", "cut off")
    for _ in range(20):
        assert watch.poll(bad) is None
    assert load.done == []


def test_it_goes_back_once_to_the_one_before(watch: BundleWatch, store: Store, said: Said) -> None:
    before = watch._cascade
    assert watch.fall_back(EngineError("broken")) is None
    store.install(B)
    polled(watch)
    said()
    assert watch.fall_back(EngineError("broken")) is before
    assert watch.bundle.manifest.name == "a"
    assert said() == ["b (signed by mill) fails (broken); back to a (signed by mill)"]
    assert watch.fall_back(EngineError("broken")) is None
    assert polled(watch) is None


class Counting(fakes.ListCamera):
    """Gives frames until it was told to stop, and then some."""

    def __init__(self, enough: Callable[[], bool]) -> None:
        super().__init__([])
        self._enough = enough
        self.given = 0

    def __iter__(self) -> Iterator[Frame]:
        more = 5
        while more and self.given < 20_000:
            more -= self._enough()
            yield fakes.frame(PIXELS, self.given)
            self.given += 1
            time.sleep(0.0005)


def test_no_frame_is_lost_while_the_bundle_changes(
    watch: BundleWatch, store: Store, load: Loads, state: RunState
) -> None:
    first = watch._cascade
    camera = Counting(lambda: watch.bundle.manifest.name == "b")
    line = Line(camera, first, bundles=watch, state=state)
    load.go.clear()
    seen = []

    def look(inspection, latency_ms):
        seen.append((inspection.frame, line.judge.cascade is first))
        if len(seen) == 10:
            store.install(B)
        if len(seen) == 60:
            load.go.set()

    line.run(watch=look)
    assert [number for number, _ in seen] == list(range(camera.given))
    assert [by_first for _, by_first in seen[:60]] == [True] * 60
    assert not seen[-1][1]
    figures = line.summary()
    assert (figures["gaps"], figures["levels"]["uninspected"]) == (0, 0)


def test_a_frame_that_the_new_bundle_fails_on_is_judged_by_the_one_before(
    watch: BundleWatch, store: Store, state: RunState, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = watch._cascade
    failing = fakes.cascade()

    def fail(*_: object, **__: object) -> None:
        raise EngineError("it has gone mad")

    monkeypatch.setattr(failing, "inspect", fail)
    monkeypatch.setattr(Loads, "__call__", lambda self, bundle: failing)
    told: list[Event] = []
    camera = Counting(lambda: bool(told) and "back to a" in told[-1].text)
    line = Line(camera, first, bundles=watch, state=state)
    store.install(B)
    line.run(hear=told.append)
    assert "fails (it has gone mad); back to a (signed by mill)" in told[-1].text
    assert {event.kind for event in told} == {EventKind.BUNDLE}
    assert line.judge.cascade is first
    assert line.summary()["levels"]["full"] == camera.given


DEFECTIVE = PIXELS.copy()
DEFECTIVE[5, 5] = 220


class Outlines(fakes.BlobInstances):
    """Takes its time, and may go mad."""

    def __init__(self, *, mad: bool = False) -> None:
        super().__init__(seconds=0.005)
        self.mad = mad

    def find(self, pixels, suspicious=None):
        if self.mad:
            raise EngineError("it has gone mad")
        return super().find(pixels, suspicious)


def changing(
    store: Store, outlines_of_b: Outlines, *, until_told: str
) -> tuple[Line, list[Event], Kept, dict[str, Outlines]]:
    """A line whose frames all wait for outlines when B is installed, run until that is told."""
    instances = {"a": Outlines(), "b": outlines_of_b}
    told: list[Event] = []
    kept = Kept()
    bundle = store.load(store.read().current)

    def load(bundle: Bundle) -> Cascade:
        return fakes.cascade(instances=fakes.BlobInstances())

    def load_background(bundle: Bundle, heed: Heed) -> Cascade:
        return fakes.cascade(instances=instances[bundle.manifest.name])

    state = RunState(live=False)
    watch = BundleWatch(
        store,
        bundle,
        load(bundle),
        load,
        load_background=load_background,
        say=partial(state.tell_here, EventKind.BUNDLE),
        every_s=0.0,
    )

    class Defective(Counting):
        def __iter__(self) -> Iterator[Frame]:
            for each in super().__iter__():
                yield fakes.frame(DEFECTIVE, each.number)

    camera = Defective(lambda: any(until_told in event.text for event in told))
    line = Line(
        camera,
        watch._cascade,
        background=partial(load_background, bundle),
        sinks=[kept],
        bundles=watch,
        state=state,
    )

    def install(inspection, latency_ms):
        if inspection.frame == 20:
            store.install(B)

    line.run(watch=install, hear=told.append)
    assert kept.frames == list(range(camera.given))
    return line, told, kept, instances


def test_deferred_frames_are_caught_up_by_the_bundle_that_judged_them(store: Store) -> None:
    line, _, kept, instances = changing(store, Outlines(), until_told="From here on b")
    assert line.summary()["levels"]["full"] == len(kept.frames)
    assert instances["a"].asked and instances["b"].asked
    assert len(instances["a"].asked) + len(instances["b"].asked) == len(kept.frames)


def test_where_the_new_bundle_fails_at_it_the_one_before_catches_up(store: Store) -> None:
    line, told, kept, _ = changing(store, Outlines(mad=True), until_told="back to a")
    assert "fails (it has gone mad)" in told[-1].text
    assert line.summary()["levels"]["full"] == len(kept.frames)


def test_without_a_bundle_before_it_an_engine_s_failure_ends_the_run(
    watch: BundleWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise EngineError("it has gone mad")

    monkeypatch.setattr(watch._cascade, "inspect", fail)
    line = Line(fakes.ListCamera([frame()]), watch._cascade, bundles=watch)
    with pytest.raises(EngineError, match="gone mad"):
        line.run()
