"""One JSON object a line, with the documented keys."""

from __future__ import annotations

import io
import json
import os

import pytest

from edge.core.errors import UnwritableError
from edge.core.events import Event, EventKind
from edge.sinks.csv import CsvFile
from edge.sinks.jsonl import EventLinesFile, JsonLines, JsonLinesFile
from tests.edge.fakes import cascade, frame, strip


def inspection(*spots):
    return cascade().inspect(frame(strip(*spots)))


def test_each_inspection_is_one_line_of_json():
    stream = io.StringIO()
    sink = JsonLines(stream)
    sink.write(inspection((5, 5, 220)), None)
    sink.write(inspection(), None)
    rows = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert {"source", "frame", "level", "defect_score", "class_scores", "defects", "stages_ms"} <= (
        set(rows[0])
    )
    assert rows[0]["defects"] == [
        {
            "class": "spot",
            "score": pytest.approx(0.999, abs=1e-3),
            "box": [0, 0, 20, 10],
            "mask": None,
            "area_px": 200,
            "area_mm2": None,
            "length_mm": None,
            "width_mm": None,
            "along_mm": None,
            "across_mm": None,
        }
    ]
    assert rows[1]["defects"] == []


def test_a_file_is_appended_to(tmp_path):
    path = tmp_path / "a.jsonl"
    for _ in range(2):
        sink = JsonLinesFile(path)
        sink.write(inspection(), None)
        sink.close()
    assert len(path.read_text().splitlines()) == 2


def test_a_line_cut_off_by_a_power_failure_is_not_glued_to_the_next(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"source": "cut o')
    sink = JsonLinesFile(path)
    sink.write(inspection(), None)
    sink.close()
    assert json.loads(path.read_text().splitlines()[1])["frame"] == 0


def test_events_have_a_file_of_their_own(tmp_path):
    path = tmp_path / "events.jsonl"
    sink = EventLinesFile(path)
    sink.write(inspection(), None)
    sink.tell(Event(EventKind.CAMERA_LOST, "the camera is gone", at=0.5, position_mm=12.0))
    sink.close()
    (row,) = map(json.loads, path.read_text().splitlines())
    assert row == {
        "event": "camera lost",
        "text": "the camera is gone",
        "time": "1970-01-01T00:00:00.500+00:00",
        "position_mm": 12.0,
        "coil": None,
    }


def test_events_are_no_lines_among_inspections(tmp_path):
    path = tmp_path / "a.jsonl"
    sink = JsonLinesFile(path)
    sink.tell(Event(EventKind.CAMERA_LOST, "the camera is gone"))
    sink.write(inspection(), None)
    sink.close()
    assert len(path.read_text().splitlines()) == 1


def test_an_unwritable_file_is_named(tmp_path):
    with pytest.raises(UnwritableError, match="cannot be written"):
        JsonLinesFile(tmp_path / "none" / "a.jsonl")


def test_a_full_disk_is_named():
    from pathlib import Path

    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    sink = JsonLinesFile(full)
    with pytest.raises(UnwritableError, match="No space left"):
        sink.write(inspection(), None)
    sink.close()


def test_what_the_disk_says_only_at_the_end_is_raised(tmp_path, monkeypatch):
    """As a disk over the network does, whose room ran out meanwhile."""

    class Late:
        def write(self, text):
            pass

        def flush(self):
            pass

        def close(self):
            raise OSError(122, "Disk quota exceeded")

    sink = JsonLinesFile(tmp_path / "j")
    monkeypatch.setattr(sink, "_stream", Late())
    with pytest.raises(UnwritableError, match="quota"):
        sink.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give links to others")
@pytest.mark.parametrize("open_", [JsonLinesFile, EventLinesFile, CsvFile])
def test_a_planted_link_is_not_written_through(tmp_path, open_):
    box, victim = tmp_path / "box", tmp_path / "victim"
    box.mkdir()
    box.chmod(0o1777)
    victim.write_text("precious")
    (box / "j").symlink_to(victim)
    os.chown(box / "j", 65534, 65534, follow_symlinks=False)
    with pytest.raises(UnwritableError, match="another user"):
        open_(box / "j")
    assert victim.read_text() == "precious"
