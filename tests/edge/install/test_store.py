"""Installed bundles: one in use, one before it, whatever happens in between."""

from __future__ import annotations

import inspect
import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from edge.bundle import Bundle, read_bundle
from edge.core.errors import (
    BundleError,
    EngineError,
    MissingPathError,
    UntrustedError,
    UnwritableError,
)
from edge.core.files import write_whole
from edge.install.store import Entry, Store
from tests.edge.bundle.samples import bundle_bytes
from tests.edge.bundle.signing import STRANGER, device, signed_bytes

NAMES = ("a", "b", "c")
A, B, C = (read_bundle(signed_bytes(name=name)) for name in NAMES)
UNSIGNED = read_bundle(bundle_bytes())


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(device(tmp_path))


def names(store: Store) -> tuple[str | None, str | None]:
    """The current and the previous bundle, read whole."""
    installed = store.read()
    entries = (installed.current, installed.previous) if installed else (None, None)
    return tuple(store.load(e).manifest.name if e else None for e in entries)


def kept(store: Store) -> set[str]:
    return {path.name for path in (store.device.state / "bundles").iterdir()}


def test_the_last_two_are_kept(store: Store) -> None:
    assert (store.read(), names(store)) == (None, (None, None))
    seen = []
    for bundle in (A, B, C):
        store.install(bundle)
        seen.append(names(store))
    assert seen == [("a", None), ("b", "a"), ("c", "b")]
    assert kept(store) == {f"{bundle.digest}.millsight" for bundle in (B, C)}
    assert sorted(p.name for p in store.device.state.iterdir()) == [
        *("bundles", "installed.json", "lock")
    ]


def test_files_of_others_stay_among_the_bundles(store: Store) -> None:
    store.install(A)
    folder = store.device.state / "bundles"
    foreign = {
        "ab" * 32 + ".millsight": b"of somebody else, under a name like ours",
        "notes.txt": b"notes",
        "old.millsight": A.to_bytes(),
    }
    for name, content in foreign.items():
        (folder / name).write_bytes(content)
    for bundle in (B, C):
        store.install(bundle)
    assert kept(store) == set(foreign) | {f"{bundle.digest}.millsight" for bundle in (B, C)}


def test_rolling_back_and_forth(store: Store) -> None:
    store.install(A)
    store.install(B)
    store.roll_back()
    assert names(store) == ("a", "b")
    store.roll_back()
    assert names(store) == ("b", "a")


@pytest.mark.parametrize("first", [(), (A,)])
def test_nothing_to_go_back_to(store: Store, first: tuple[Bundle, ...]) -> None:
    for bundle in first:
        store.install(bundle)
    with pytest.raises(MissingPathError, match="no bundle to go back to"):
        store.roll_back()
    assert names(store)[0] == ("a" if first else None)


@pytest.mark.parametrize(
    ("order", "expected"),
    [((A, B, B), ("b", "a")), ((A, A), ("a", None)), ((A, B, A), ("a", "b"))],
)
def test_installing_again(store: Store, order: tuple[Bundle, ...], expected: tuple) -> None:
    for bundle in order:
        store.install(bundle)
    assert names(store) == expected


def damage(store: Store, bundle: Bundle) -> None:
    path = store.file(bundle.digest)
    path.write_bytes(path.read_bytes()[:-7])


def test_a_damaged_bundle_is_not_kept_as_the_previous(store: Store) -> None:
    store.install(A)
    store.install(B)
    damage(store, B)
    store.install(C)
    assert names(store) == ("c", "a")


def test_installing_again_mends_a_damaged_bundle(store: Store) -> None:
    store.install(A)
    damage(store, A)
    store.install(A)
    assert names(store) == ("a", None)


def test_going_back_to_a_damaged_bundle_changes_nothing(store: Store) -> None:
    store.install(A)
    store.install(B)
    damage(store, A)
    with pytest.raises(BundleError, match="cut off"):
        store.roll_back()
    assert store.read().current.name == "b"


def test_what_is_in_use_is_opened(store: Store) -> None:
    assert store.open(lambda bundle: None) is None
    store.install(A)
    store.install(B)
    bundle, used, why = store.open(lambda bundle: bundle.manifest.name)
    assert (bundle.trust, used, why) == ("signed by mill", "b", "")


def refuse_b(bundle: Bundle) -> str:
    if bundle.manifest.name == "b":
        raise EngineError("no engine for it")
    return bundle.manifest.name


@pytest.mark.parametrize("how", ["damaged", "gone", "refused by the engine"])
def test_the_one_before_stands_in(store: Store, how: str) -> None:
    store.install(A)
    store.install(B)
    if how == "damaged":
        damage(store, B)
    elif how == "gone":
        store.file(B.digest).unlink()
    bundle, used, why = store.open(refuse_b)
    assert (bundle.manifest.name, used) == ("a", "a")
    assert why.startswith("the installed bundle b fails (")


def test_without_one_before_the_fault_is_said(store: Store) -> None:
    store.install(B)
    with pytest.raises(EngineError, match="no engine for it"):
        store.open(refuse_b)


def test_a_stranger_s_bundle_is_not_installed(store: Store) -> None:
    for data in (signed_bytes(STRANGER), bundle_bytes()):
        with pytest.raises(UntrustedError):
            store.install(read_bundle(data))
    assert not store.device.state.exists()


def test_an_unsigned_bundle_that_was_let_in_stays_in_and_is_called_so(tmp_path: Path) -> None:
    Store(device(tmp_path, allow_unsigned=True)).install(UNSIGNED)
    strict = Store(device(tmp_path))
    assert strict.open(lambda bundle: None)[0].trust == "unsigned"
    assert strict.read().current.unsigned


def test_a_key_that_is_no_longer_trusted_takes_its_bundles_with_it(store: Store) -> None:
    store.install(A)
    (store.device.keys / "mill.pub.pem").unlink()
    assert "not a trusted key" in store.fault(store.read().current)


def test_another_bundle_in_its_place_is_noticed(store: Store) -> None:
    store.install(A)
    store.file(A.digest).write_bytes(B.to_bytes())
    assert "is not the bundle that was installed" in store.fault(store.read().current)


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b'{"format": 2}'])
def test_a_damaged_list_is_said_and_mended_by_installing(store: Store, content: bytes) -> None:
    store.install(A)
    store.path.write_bytes(content)
    with pytest.raises(BundleError, match="install the bundle again"):
        store.read()
    store.install(B)
    assert names(store) == ("b", None)


@pytest.mark.parametrize("digest", ["../../etc/passwd", "0" * 63, "A" * 64])
def test_a_list_cannot_point_elsewhere(store: Store, digest: str) -> None:
    store.install(A)
    fields = json.loads(store.path.read_text())
    fields["current"]["digest"] = digest
    store.path.write_text(json.dumps(fields))
    with pytest.raises(BundleError):
        store.read()


def test_files_of_others_are_left_alone(store: Store) -> None:
    folder = store.device.state / "bundles"
    folder.mkdir(parents=True)
    others = {"mine.millsight", "notes.txt", ".mine.millsight.7.part"}
    for name in others:
        (folder / name).write_text("")
    left_behind = folder / f".{B.digest}.millsight.00ff4711.part"
    left_behind.write_text("half")
    store.install(A)
    assert kept(store) == others | {f"{A.digest}.millsight"}


def test_a_folder_that_cannot_be_written_is_said(store: Store) -> None:
    store.device.state.write_text("a file")
    with pytest.raises(UnwritableError):
        store.install(A)


def survivors(store: Store) -> set[str]:
    """Names of what works, checked as ``run`` would at its start."""
    bundle, _, why = store.open(lambda bundle: None)
    assert not why, why
    assert store.read().previous is None or store.fault(store.read().previous) is None
    return {bundle.manifest.name}


def in_child(work: Callable[[], Any], before: Callable[[], Any]) -> bool:
    """Whether ``work`` came to its end in a process of its own."""
    child = os.fork()
    if child == 0:
        try:
            before()
            work()
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return not os.WIFSIGNALED(status)


def kill_at_line(number: int) -> None:
    """Kill this process before the ``number``-th line that it runs of the store or of its files."""
    left = number
    traced = {inspect.getfile(Store), inspect.getfile(write_whole)}

    def trace(frame: FrameType, event: str, arg: object) -> Any:
        nonlocal left
        if frame.f_code.co_filename not in traced:
            return None
        if event == "line":
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    sys.settrace(trace)


def kill_points(work: Callable[[], Any], step: int) -> Iterator[int]:
    """Every ``step``-th line at which ``work`` can be killed; ends where it comes to its end."""
    for number in range(0, 10_000, step):
        if in_child(work, lambda n=number: kill_at_line(n)):
            return
        yield number


@pytest.mark.parametrize(
    ("work", "expected", "step"),
    [
        (lambda store: store.install(B), {"a", "b"}, 4),
        (lambda store: store.install(C), {"a", "c"}, 1),
        (lambda store: store.roll_back(), {"a", "b"}, 2),
    ],
    ids=["install", "install and remove the oldest", "roll back"],
)
def test_killed_at_any_line_it_leaves_a_bundle_that_works(
    store: Store, work: Callable[[Store], Any], expected: set[str], step: int
) -> None:
    found: set[str] = set()
    points = 0

    def prepare() -> None:
        store.install(B)
        store.install(A)

    prepare()
    for _ in kill_points(lambda: work(store), step):
        points += 1
        now = survivors(store)
        found |= now
        assert now <= expected
        if now != {"a"}:
            prepare()
    assert points * step > 50
    assert found == expected


def test_killed_at_any_time_it_leaves_a_bundle_that_works(store: Store) -> None:
    store.install(A)
    wait = random.Random(5)

    def install_on_and_on() -> None:
        while True:
            for bundle in (A, B, C):
                store.install(bundle)

    for _ in range(15):
        child = os.fork()
        if child == 0:
            install_on_and_on()
        time.sleep(wait.uniform(0.0, 0.03))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        assert survivors(store) <= set(NAMES)
    store.install(B)
    assert names(store)[0] == "b"
    assert len(kept(store)) <= 2


def test_every_field_is_described() -> None:
    assert all(field.description for field in Entry.model_fields.values())
