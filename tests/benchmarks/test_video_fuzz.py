"""A few spoiled videos; more with the benchmark itself."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

pytest.importorskip("av", reason="PyAV reads videos: pip install 'millsight[video]'")

from benchmarks.video_fuzz import CODECS, FRAMES, GOOD, MADE_UP, fates, pixels_of, spoiled, write

CHECKED = ("FFV1",)
"""Codecs with checksums: whatever was changed in them is seen."""


@pytest.mark.parametrize("name", CODECS)
def test_frames_of_spoiled_videos_are_good_or_refused_as_far_as_the_codec_shows(
    tmp_path: Path, name: str
) -> None:
    codec, suffix, pixel_format = CODECS[name]
    path = tmp_path / f"v{suffix}"
    write(path, codec, pixel_format)
    whole = [frame for frame in pixels_of(path) if frame is not None]
    assert len(whole) == FRAMES
    data, rng = path.read_bytes(), random.Random(name)
    ends: Counter[str] = Counter()
    for _ in range(4):
        path.write_bytes(spoiled(data, rng))
        ends += fates(path, whole)
    assert ends[GOOD] > 0
    if name in CHECKED:
        assert ends[MADE_UP] == 0
