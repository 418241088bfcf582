"""A few hundred spoiled pictures of each format; thousands with the benchmark itself."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from click.testing import CliRunner

from benchmarks.image_fuzz import (
    ALTERED,
    REFUSED,
    SAME,
    fate,
    fates_of_stream,
    fuzz,
    grey_of,
    spoiled,
)
from benchmarks.image_mutants import MUTATIONS, multipart, samples, strip

FILES = samples(strip())
CHECKED = ("PNG", "TIFF, deflate")
"""Formats with checksums: whatever was changed in them is seen."""
SHOWN_AT_MOST = {"JPEG": 0.25, "JPEG, restarts": 0.25, "JPEG, progressive": 0.25}
SHOWN_AT_MOST |= {"JPEG, colour": 0.25, "TIFF, LZW": 0.15}
"""Share of spoiled files that may pass for whole: most are single bits, which no decoder sees."""


@pytest.mark.parametrize("name", FILES)
def test_spoiled_pictures_are_refused_as_far_as_their_format_shows(name: str) -> None:
    whole = [grey_of(FILES[name])]
    ends = Counter(fate(mutant, whole) for _, mutant in spoiled(FILES[name], 300, name))
    assert set(ends) <= {REFUSED, SAME, ALTERED}
    if name in CHECKED:
        assert ends[ALTERED] == 0
    assert ends[ALTERED] <= 300 * SHOWN_AT_MOST.get(name, 1.0)


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith("JPEG")])
@pytest.mark.parametrize("by", ["cut off", "cut off, end kept"])
def test_a_jpeg_that_was_cut_off_is_never_taken_for_whole(name: str, by: str) -> None:
    data, rng = FILES[name], random.Random(name + by)
    whole = [grey_of(data)]
    assert {fate(MUTATIONS[by](data, rng), whole) for _ in range(200)} <= {REFUSED, SAME}


def test_a_spoiled_stream_gives_pictures_that_were_sent_or_says_so() -> None:
    files = [samples(strip(seed))["JPEG"] for seed in range(4)]
    whole, stream = [grey_of(file) for file in files], multipart(files)
    assert fates_of_stream(stream, whole) == [SAME] * 4
    ends: Counter[str] = Counter()
    for _, mutant in spoiled(stream, 300, "stream"):
        ends.update(fates_of_stream(mutant, whole))
    assert set(ends) <= {REFUSED, SAME, ALTERED}
    assert ends[ALTERED] < 0.1 * ends.total()


def test_the_same_seed_spoils_the_same() -> None:
    assert list(spoiled(FILES["PNG"], 5, 3)) == list(spoiled(FILES["PNG"], 5, 3))


def test_the_table_ends_with_the_faults() -> None:
    result = CliRunner().invoke(fuzz, ["--mutants", "5"])
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[-1] == "0 faults; seed 0"
