"""A watched folder gives each image once, whole, in order, and outlives what happens to it."""

from __future__ import annotations

import shutil
import threading
import time

import cv2
import numpy as np
import pytest

from edge.cameras.watched_folder import WatchedFolder
from edge.core.errors import MissingPathError
from edge.core.frame import BadFrame, Frame

PATIENCE_S = 20.0


def png(level):
    return cv2.imencode(".png", np.full((8, 8), level, np.uint8))[1].tobytes()


class Watcher:
    """Takes what a camera gives in a thread of its own, as a line does."""

    def __init__(self, camera):
        self.camera = camera
        self.items = []
        self.thread = threading.Thread(target=self._take, daemon=True)
        self.thread.start()

    def _take(self):
        self.items.extend(self.camera)

    def wait(self, count):
        began = time.monotonic()
        while len(self.items) < count:
            assert time.monotonic() - began < PATIENCE_S, self.items
            time.sleep(0.01)
        return self.items[:count]

    def stop(self):
        self.camera.close()
        self.thread.join(PATIENCE_S)
        assert not self.thread.is_alive()


@pytest.fixture
def watch(tmp_path):
    watchers = []

    def start(**settings):
        watchers.append(Watcher(WatchedFolder(tmp_path, **settings)))
        return watchers[-1]

    yield start
    for watcher in watchers:
        watcher.stop()


def levels(items):
    return [int(item.pixels[0, 0]) for item in items]


def test_new_images_come_in_the_order_of_their_numbers(tmp_path, watch):
    (tmp_path / "f1.png").write_bytes(png(1))
    watcher = watch()
    time.sleep(0.2)
    for number in (10, 2, 3):
        (tmp_path / f"f{number}.png").write_bytes(png(number))
    (tmp_path / ".f4.png").write_bytes(png(4))
    (tmp_path / "notes.txt").write_text("not strip")
    items = watcher.wait(3)
    assert levels(items) == [2, 3, 10]
    assert [item.number for item in items] == [0, 1, 2]
    assert items[0].source.endswith("f2.png")
    time.sleep(0.5)
    assert len(watcher.items) == 3


def test_what_is_there_already_is_taken_where_that_is_asked_for(tmp_path, watch):
    for number in (1, 2):
        (tmp_path / f"f{number}.png").write_bytes(png(number))
    assert levels(watch(existing=True).wait(2)) == [1, 2]


def test_a_half_written_image_is_waited_for_and_so_are_those_after_it(tmp_path, watch):
    watcher = watch(settled_s=0.2)
    whole = png(7)
    with (tmp_path / "f1.png").open("wb") as file:
        file.write(whole[: len(whole) // 2])
        file.flush()
        (tmp_path / "f2.png").write_bytes(png(8))
        time.sleep(1.2)
        assert watcher.items == []
        file.write(whole[len(whole) // 2 :])
    assert levels(watcher.wait(2)) == [7, 8]


def test_a_broken_image_is_a_bad_frame_in_the_end(tmp_path, watch, monkeypatch):
    monkeypatch.setattr("edge.cameras.watched_folder._GIVEN_UP_S", 0.5)
    watcher = watch()
    (tmp_path / "f1.png").write_bytes(png(7)[:-20])
    (tmp_path / "f2.png").write_bytes(png(8))
    bad, good = watcher.wait(2)
    assert isinstance(bad, BadFrame)
    assert "cut off" in bad.detail
    assert (bad.number, good.number) == (0, 1)


def test_an_image_that_vanishes_is_a_bad_frame(tmp_path, watch):
    watcher = watch(settled_s=5.0)
    (tmp_path / "f1.png").write_bytes(png(7))
    time.sleep(0.5)
    (tmp_path / "f1.png").unlink()
    (bad,) = watcher.wait(1)
    assert isinstance(bad, BadFrame)
    assert "vanished" in bad.detail


def test_an_image_moved_in_or_over_another_is_new(tmp_path, watch):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    watcher = watch(settled_s=0.3)
    for count, level in enumerate((1, 2), start=1):
        (elsewhere / "new").write_bytes(png(level))
        time.sleep(0.5)
        (elsewhere / "new").rename(tmp_path / "latest.png")
        watcher.wait(count)
    assert levels(watcher.items) == [1, 2]


def test_a_folder_that_goes_away_is_said_and_comes_back(tmp_path, watch):
    folder = tmp_path
    watcher = watch()
    shutil.rmtree(folder)
    (gone,) = watcher.wait(1)
    assert isinstance(gone, BadFrame)
    assert "cannot be read" in gone.detail
    folder.mkdir()
    (folder / "f1.png").write_bytes(png(3))
    assert isinstance(watcher.wait(2)[1], Frame)


def test_many_images_at_once_come_once_each(tmp_path, watch):
    watcher = watch()
    for number in range(300):
        (tmp_path / f"f{number}.png").write_bytes(png(number % 256))
    items = watcher.wait(300)
    assert {item.source for item in items} == {str(tmp_path / f"f{n}.png") for n in range(300)}
    assert [item.number for item in items] == list(range(300))


def test_closing_ends_it_at_once(tmp_path, watch):
    watcher = watch()
    time.sleep(0.1)
    began = time.monotonic()
    watcher.stop()
    assert time.monotonic() - began < 1.0


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(MissingPathError, match="nowhere cannot be watched: no such file"):
        WatchedFolder(tmp_path / "nowhere")
    (tmp_path / "file").touch()
    with pytest.raises(MissingPathError, match="not a directory"):
        WatchedFolder(tmp_path / "file")
