"""Pictures of defective frames, with the defect drawn where it is."""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
import pytest

from edge.core.errors import UnwritableError
from edge.core.inspection import Cause, uninspected
from edge.core.palette import colour
from edge.core.picture_files import FRAME_SUFFIX, content_digest
from edge.core.rle import mask_to_coco
from edge.sinks.pictures import Pictures, draw
from tests.edge.clock import FakeClock
from tests.edge.fakes import CLASSES, cascade, frame, strip

GOOD, BAD = strip(), strip((25, 5, 220))


def inspected(pixels, number=0):
    taken = frame(pixels, number)
    return cascade().inspect(taken), taken


def test_only_defective_frames_are_written_and_no_more_than_the_limit(tmp_path):
    sink = Pictures(tmp_path / "pictures", CLASSES, limit=2)
    for number, pixels in enumerate([GOOD, BAD, GOOD, BAD, BAD]):
        sink.write(*inspected(pixels, number))
    names = sorted(p.name for p in (tmp_path / "pictures").iterdir())
    assert [name.split("-", 1)[1] for name in names] == ["00000001-test.jpg", "00000003-test.jpg"]
    assert (sink.written, sink.skipped) == (2, 1)
    assert cv2.imread(str(tmp_path / "pictures" / names[0])) is not None


def test_every_frame_is_written_where_that_is_asked(tmp_path):
    sink = Pictures(tmp_path, CLASSES, every=True)
    for number, pixels in enumerate([GOOD, BAD]):
        sink.write(*inspected(pixels, number))
    assert sink.written == 2


def test_a_box_is_drawn_in_its_classs_colour_around_the_region():
    picture = draw(BAD, inspected(BAD)[0], CLASSES)
    assert picture.shape[1] >= 800
    scale = picture.shape[1] // BAD.shape[1]
    ink = np.argwhere((picture[: 20 * scale] == colour("spot", CLASSES)).all(axis=2))
    (top, left), (bottom, right) = ink.min(axis=0), ink.max(axis=0)
    assert (left // scale, top // scale) == (20, 0)
    assert (right // scale, bottom // scale) == (39, 9)


def with_defect(**changes):
    seen, _ = inspected(BAD)
    return dataclasses.replace(seen, defects=(dataclasses.replace(seen.defects[0], **changes),))


def test_an_outline_runs_around_the_mask_and_hides_none_of_it():
    mask = np.zeros((20, 60), bool)
    mask[4:9, 30:36] = True
    mask[4:6, 30:33] = False
    seen = with_defect(mask=mask_to_coco(mask), box=(30, 4, 6, 5), length_mm=3.0)
    picture = draw(BAD, seen, CLASSES)
    scale = picture.shape[1] // BAD.shape[1]
    plain = draw(BAD, dataclasses.replace(seen, defects=()), CLASSES)
    large = cv2.resize(mask.astype(np.uint8), None, fx=scale, fy=scale, interpolation=0) > 0
    # The label stands above.
    below = np.s_[6 * scale : 20 * scale]
    # Anti-aliasing may reach a corner's outermost pixel.
    assert (picture == plain).all(axis=2)[below][large[below]].mean() > 0.998
    ink = (picture[: 20 * scale] == colour("spot", CLASSES)).all(axis=2)
    near = cv2.dilate(large.astype(np.uint8), np.ones((11, 11), np.uint8)) > 0
    assert ink[below].any() and not (ink & ~near)[below].any()
    # It follows the mask into the corner that the box would hide.
    assert not (picture != plain).any(axis=2)[5 * scale + 2, 29 * scale : 31 * scale].all()


@pytest.mark.parametrize("box", [(0, 0, 1, 1), (59, 19, 1, 1), (30, 8, 2, 2)])
def test_the_line_around_a_tiny_instance_leaves_it_to_be_seen(box):
    picture = draw(BAD, with_defect(box=box, length_mm=1.0), CLASSES)
    plain = draw(BAD, with_defect(box=(0, 0, 60, 20)), ())
    scale = picture.shape[1] // BAD.shape[1]
    x, y, w, h = (scale * side for side in box)
    inside = np.s_[y + h // 2 : y + h, x : x + w]
    assert plain.shape == picture.shape
    assert not (picture[inside] == colour("spot", CLASSES)).all(axis=2).any()


def test_heat_tints_the_strip_where_the_defect_is_and_nowhere_else():
    seen = cascade(maps=True).inspect(frame(BAD))
    picture = draw(BAD, seen, CLASSES)
    plain = draw(BAD, dataclasses.replace(seen, defects=()), CLASSES)
    scale = picture.shape[1] // BAD.shape[1]
    x, y, w, h = seen.defects[0].box
    changed = (picture != plain).any(axis=2)[: 20 * scale]
    assert changed[y * scale : (y + h) * scale, x * scale : (x + w) * scale].mean() > 0.9
    assert not changed[:, : 20 * scale].any() and not changed[12 * scale :].any()
    ink = (picture == colour("spot", CLASSES)).all(axis=2)
    assert ink[y * scale : (y + h) * scale, x * scale : (x + w) * scale].any()


@pytest.mark.parametrize(("top", "label"), [(0, slice(10, 25)), (70, slice(45, 60))])
def test_a_label_stands_on_the_box_or_in_it_where_the_picture_ends(top, label):
    pixels = strip((30, top + 5, 220), height=90, width=800)
    picture = draw(pixels, cascade(maps=True).inspect(frame(pixels)), CLASSES)
    black = (picture[:90] == 0).all(axis=2)
    assert black[label, 20:100].any(axis=1).all()
    assert not black[label.stop + 30 :, 60:100].any()


def test_an_uninspected_frame_is_drawn_without_a_verdict():
    taken = frame(GOOD)
    assert draw(GOOD, uninspected(taken, Cause.LATE), CLASSES).shape[2] == 3


def test_an_unwritable_folder_is_named(tmp_path):
    (tmp_path / "a").write_text("")
    with pytest.raises(UnwritableError, match="cannot be created"):
        Pictures(tmp_path / "a" / "b", CLASSES)


def test_beside_the_line_a_full_disk_only_costs_the_picture(tmp_path, monkeypatch):
    def full(*_, **__):
        raise UnwritableError("no room")

    monkeypatch.setattr("edge.sinks.pictures.write_whole", full)
    sink = Pictures(tmp_path, CLASSES, tolerant=True)
    sink.write(*inspected(BAD))
    assert (sink.written, sink.failed) == (0, 1)
    with pytest.raises(UnwritableError):
        Pictures(tmp_path, CLASSES).write(*inspected(BAD))


def test_the_picture_of_the_frame_written_last_is_known(tmp_path):
    sink = Pictures(tmp_path, CLASSES, limit=1)
    (good, clean), (bad, taken), (late, after) = (
        inspected(pixels, number) for number, pixels in enumerate([GOOD, BAD, BAD])
    )
    sink.write(good, clean)
    assert sink.path_of(good) is None
    sink.write(bad, taken)
    assert sink.path_of(bad).is_file()
    sink.write(late, after)
    assert sink.path_of(late) is None


def test_frames_are_kept_as_they_were_taken_where_that_is_asked(tmp_path):
    sink = Pictures(tmp_path, CLASSES, frames=True)
    seen, taken = inspected(BAD)
    sink.write(seen, taken)
    plain = sink.path_of(seen).with_suffix(FRAME_SUFFIX)
    assert np.array_equal(cv2.imread(str(plain), cv2.IMREAD_UNCHANGED), BAD)


def test_a_disk_that_is_full_and_then_is_not_is_told_once_each(tmp_path, monkeypatch):
    told = []
    sink = Pictures(tmp_path, CLASSES, tolerant=True, reserve_mb=1e12, report=told.append)
    for number in range(3):
        sink.write(*inspected(BAD, number))
    monkeypatch.setattr(sink, "_reserve", 0.0)
    for number in range(3, 6):
        sink.write(*inspected(BAD, number))
    full, again = [event.text for event in told]
    assert "left out" in full and "free some space" in full.lower() and "again" in again
    assert (sink.written, sink.failed, sink.skipped) == (3, 3, 0)
    assert sink.loss().figures == {"pictures": 3}


def test_a_folder_that_vanishes_is_made_again(tmp_path):
    folder = tmp_path / "pictures"
    sink = Pictures(folder, CLASSES, tolerant=True, reserve_mb=1e-6)
    folder.rmdir()
    sink.write(*inspected(BAD))
    assert (sink.written, len(list(folder.glob("*.jpg")))) == (1, 1)


def test_no_file_is_replaced_whoever_wrote_it(tmp_path):
    """A clock that was lost says the same second at each start."""
    clock = FakeClock(wall=12.0)
    first, second = (Pictures(tmp_path, CLASSES, frames=True, clock=clock) for _ in range(2))
    seen, taken = inspected(BAD)
    first.write(seen, taken)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    foreign = tmp_path / f"{first.path_of(seen).stem}-2.frame.png"
    foreign.write_text("not ours")
    second.write(seen, taken)
    assert second.path_of(seen).name.endswith("-3.jpg")
    assert foreign.read_text() == "not ours"
    assert all(path.read_bytes() == content for path, content in before.items())


def test_what_was_written_is_known_by_its_content(tmp_path):
    sink = Pictures(tmp_path, CLASSES, frames=True)
    seen, taken = inspected(BAD)
    sink.write(seen, taken)
    files = sink.files_of(seen)
    assert {file.path for file in files} == set(tmp_path.iterdir())
    for file in files:
        content = file.path.read_bytes()
        assert (file.size, file.digest) == (len(content), content_digest(content))
    sink.write(*inspected(GOOD, 1))
    assert sink.files_of(seen) == ()


def test_pictures_beyond_the_limit_were_not_asked_for(tmp_path):
    sink = Pictures(tmp_path, CLASSES, limit=1)
    for number in range(3):
        sink.write(*inspected(BAD, number))
    assert (sink.skipped, sink.loss()) == (2, None)
