"""The log file rotates, says what it misses, and never holds up or ends what logs to it."""

from __future__ import annotations

import json
import logging
import os
import threading

import pytest

from edge.app.log_file import LogFile
from edge.config.log import LogConfig


@pytest.fixture
def opened():
    """Opens log files on a logger of the test's own; they are closed however it ends."""
    logger = logging.Logger("edge.sample")
    files = []

    def open_(path, say=lambda text: None, queue=2000, close_s=60.0, **keys):
        file = LogFile(LogConfig(path=path, **keys), say, queue=queue, close_s=close_s)
        logger.addHandler(file)
        files.append(file)
        file.begin()
        return logger, file

    yield open_
    for file in files:
        file.close()


def texts(path):
    return [json.loads(line)["text"] for line in path.read_text().splitlines()]


def test_records_from_its_level_on_are_in_it_in_order(opened, tmp_path):
    path = tmp_path / "logs" / "deep" / "m.log"
    logger, file = opened(path, format="json")
    logger.debug("a detail")
    for number in range(50):
        logger.info("number %d", number)
    file.close()
    file.close()
    assert texts(path) == [f"number {number}" for number in range(50)]
    assert file.lost == 0


def test_an_argument_that_changes_later_is_logged_as_it_was(opened, tmp_path):
    logger, file = opened(tmp_path / "m.log", format="json")
    found = ["scratch"]
    logger.warning("found %s", found)
    found.clear()
    file.close()
    assert texts(tmp_path / "m.log") == ["found ['scratch']"]


def test_a_log_goes_on_in_a_line_of_its_own(opened, tmp_path):
    path = tmp_path / "m.log"
    path.write_text("cut of")
    logger, file = opened(path)
    logger.info("ready")
    file.close()
    first, second = path.read_text().splitlines()
    assert first == "cut of" and second.endswith("INFO     edge.sample: ready")


def test_it_rotates_and_keeps_so_many(opened, tmp_path):
    path = tmp_path / "m.log"
    logger, file = opened(path, max_mb=0.001, keep=2)
    for number in range(200):
        logger.info("number %d", number)
    file.close()
    kept = sorted(tmp_path.glob("m.log*"))
    assert [each.name for each in kept] == ["m.log", "m.log.1", "m.log.2"]
    assert all(each.stat().st_size <= 1000 for each in kept)
    assert "number 199" in path.read_text()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")  # noqa: PTH110
def test_a_full_disk_is_said_once_and_ends_nothing(opened):
    said = []
    logger, file = opened("/dev/full", said.append)
    for number in range(20):
        logger.error("number %d", number)
    file.close()
    assert [text.partition(":")[0] for text in said] == [
        "the log /dev/full cannot be written",
        "20 lines are missing from the log /dev/full",
    ]
    assert file.lost == 20


def test_what_was_lost_is_in_the_file_once_it_can_be_written(opened, tmp_path):
    path = tmp_path / "m.log"
    path.mkdir()
    said = []
    logger, file = opened(path, said.append, format="json")
    logger.info("lost")
    logger.info("lost too")
    while file.lost < 2:
        os.sched_yield()
    path.rmdir()
    logger.info("back")
    file.close()
    assert texts(path) == [
        "back",
        "2 lines before the last are missing: the file could not be written",
    ]
    assert len(said) == 2 and "Is a directory" in said[0]


def test_a_disk_that_hangs_holds_up_nobody(opened, tmp_path):
    """A pipe that nobody reads is never opened, as a file on a network drive that is gone."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    said = []
    logger, file = opened(path, said.append, queue=10, close_s=0.01)
    for number in range(100):
        logger.info("number %d", number)
    file.close()
    assert said == [f"100 lines are missing from the log {path}"]
    # Lets the thread go that waits for a reader.
    os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK))


def test_what_did_not_fit_is_in_the_file_once_there_is_room(opened, tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    logger, file = opened(path, queue=10, format="json")
    for number in range(100):
        logger.info("number %d", number)
    reader = os.fdopen(os.open(path, os.O_RDONLY), encoding="utf-8")
    lines = []
    while not lines or "missing" not in lines[-1]:
        lines.append(json.loads(reader.readline())["text"])
    file.close()
    reader.close()
    written = len(lines) - 1
    assert lines[-1] == f"{100 - written} lines are missing here: the disk could not keep up"
    assert lines[:10] == [f"number {number}" for number in range(10)]
    assert file.lost == 100 - written


def test_what_is_logged_before_it_begins_waits_without_a_thread(tmp_path):
    """A library's greeting can be silenced only while there is no other thread."""
    before = threading.active_count()
    logger = logging.Logger("edge.sample")
    file = LogFile(LogConfig(path=tmp_path / "m.log", format="json"), lambda text: None)
    logger.addHandler(file)
    logger.warning("early")
    assert threading.active_count() == before
    file.close()
    assert texts(tmp_path / "m.log") == ["early"]
