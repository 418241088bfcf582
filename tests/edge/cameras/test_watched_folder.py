"""A watched folder gives each image once, whole, in order, and outlives what happens to it."""

from __future__ import annotations

import os
import shutil
import threading

import cv2
import numpy as np
import pytest

from edge.cameras.watched_folder import WatchedFolder
from edge.core.errors import MissingPathError
from edge.core.frame import BadFrame, Frame
from tests.edge.clock import VirtualTime


def png(level):
    return cv2.imencode(".png", np.full((8, 8), level, np.uint8))[1].tobytes()


class Watch:
    """Watches a folder, and does in it what other programs do, at times of the test's clock."""

    def __init__(self, folder):
        self.folder = folder
        self.clock = VirtualTime()
        self.items = []

    def __call__(self, others, **settings):
        """What comes while ``others`` works in another thread, and within ten seconds after."""
        camera = WatchedFolder(self.folder, clock=self.clock, **settings)

        def work():
            try:
                others()
                self.clock.sleep(10.0)
            finally:
                camera.close()

        thread = threading.Thread(target=work)
        thread.start()
        for item in camera:
            self.items.append(item)
        thread.join()
        return self.items

    def write(self, name, data):
        (self.folder / name).write_bytes(data)


@pytest.fixture
def watch(tmp_path):
    return Watch(tmp_path)


def levels(items):
    return [int(item.pixels[0, 0]) for item in items]


def nothing():
    """No other program writes."""


def test_new_images_come_in_the_order_of_their_numbers(watch):
    watch.write("f1.png", png(1))

    def others():
        for number in (10, 2, 3):
            watch.write(f"f{number}.png", png(number))
        watch.write(".f4.png", png(4))
        watch.write("notes.txt", b"not strip")

    items = watch(others)
    assert levels(items) == [2, 3, 10]
    assert [item.number for item in items] == [0, 1, 2]
    assert items[0].source.endswith("f2.png")


def test_what_is_there_already_is_taken_where_that_is_asked_for(watch):
    for number in (1, 2):
        watch.write(f"f{number}.png", png(number))
    assert levels(watch(nothing, existing=True)) == [1, 2]


def test_a_half_written_image_is_waited_for_and_so_are_those_after_it(watch):
    whole = png(7)

    def others():
        watch.write("f1.png", whole[: len(whole) // 2])
        watch.write("f2.png", png(8))
        watch.clock.sleep(4.0)
        assert watch.items == []
        watch.write("f1.png", whole)

    assert levels(watch(others, settled_s=0.2)) == [7, 8]


def test_a_broken_image_is_a_bad_frame_in_the_end(watch):
    watch.write("f1.png", png(7)[:-20])
    watch.write("f2.png", png(8))
    began = watch.clock.now()
    bad, good = watch(nothing, existing=True)
    assert isinstance(bad, BadFrame)
    assert "cut off" in bad.detail
    assert (bad.number, good.number) == (0, 1)
    assert bad.taken_at - began > 4.0


def test_an_image_that_vanishes_is_a_bad_frame(watch):
    def others():
        watch.write("f1.png", png(7))
        watch.clock.sleep(2.5)
        (watch.folder / "f1.png").unlink()

    (bad,) = watch(others, settled_s=5.0)
    assert isinstance(bad, BadFrame)
    assert "vanished" in bad.detail


def test_an_image_moved_in_or_over_another_is_new(watch):
    elsewhere = watch.folder / "elsewhere"
    elsewhere.mkdir()

    def others():
        for level in (1, 2):
            (elsewhere / "new").write_bytes(png(level))
            os.utime(elsewhere / "new", (0, 0))  # it was written long before it is moved
            (elsewhere / "new").rename(watch.folder / "latest.png")
            watch.clock.sleep(2.5)
            assert len(watch.items) == level

    assert levels(watch(others, settled_s=60.0)) == [1, 2]


def test_a_folder_that_goes_away_is_said_and_comes_back(watch):
    def others():
        shutil.rmtree(watch.folder)
        watch.clock.sleep(1.0)
        watch.folder.mkdir()
        watch.write("f1.png", png(3))

    gone, back = watch(others)
    assert isinstance(gone, BadFrame)
    assert "cannot be read" in gone.detail
    assert isinstance(back, Frame)


def test_many_images_at_once_come_once_each(watch):
    def others():
        for number in range(300):
            watch.write(f"f{number}.png", png(number % 256))

    items = watch(others)
    assert {item.source for item in items} == {str(watch.folder / f"f{n}.png") for n in range(300)}
    assert [item.number for item in items] == list(range(300))


def test_closing_ends_it_at_once(tmp_path):
    clock = VirtualTime()
    camera, began = WatchedFolder(tmp_path, clock=clock), clock.now()

    def close():
        clock.sleep(0.15)
        camera.close()

    threading.Thread(target=close).start()
    assert list(camera) == []
    assert clock.now() - began == pytest.approx(0.15)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(MissingPathError, match="nowhere cannot be watched: no such file"):
        WatchedFolder(tmp_path / "nowhere")
    (tmp_path / "file").touch()
    with pytest.raises(MissingPathError, match="not a directory"):
        WatchedFolder(tmp_path / "file")


def test_a_pipe_a_device_and_a_huge_file_do_not_hold_up_what_comes_after_them(watch):
    def others():
        os.mkfifo(watch.folder / "a1.png")
        (watch.folder / "a2.png").symlink_to("/dev/zero")
        with (watch.folder / "a3.png").open("wb") as file:
            file.truncate(2**42)
        watch.write("a4.png", png(7))
        watch.clock.sleep(1.0)
        assert levels([item for item in watch.items if isinstance(item, Frame)]) == [7]

    items = watch(others)
    assert [isinstance(item, BadFrame) for item in items] == [True, True, True, False]
    for item, says in zip(items, ("a named pipe", "a device", "larger than"), strict=False):
        assert says in item.detail
