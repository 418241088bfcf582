from __future__ import annotations

from pathlib import Path

import pytest

from edge.core.errors import DataError
from tests.train.data.build import sample
from train.data import leaks, read_unsplit
from train.data.duplicates.finder import NearDuplicate, find_near_duplicates
from train.data.leaks import find_leaks, joined, refuse_leaks
from train.data.sample import DataSet, Sample


def dealt(train: int, val: int) -> list[Sample]:
    names = [("train", n) for n in range(train)] + [("val", n) for n in range(val)]
    return [sample(name=f"{split}{n}.png", split=split) for split, n in names]


def test_leaks_are_counted_in_images_of_the_smaller_split() -> None:
    samples = dealt(5, 3)
    pairs = [NearDuplicate(0, 5, False), NearDuplicate(1, 5, True), NearDuplicate(2, 3, False)]
    (leak,) = find_leaks(samples, pairs)
    assert (leak.splits, leak.images, leak.of) == (("train", "val"), 1, 3)
    assert leak.pairs == (("train0.png", "val0.png"), ("train1.png", "val0.png"))
    assert "1 of 3 val images share surface with train images" in leak.words


@pytest.mark.parametrize(("val", "refused"), [(99, True), (100, False)])
def test_one_in_a_hundred_is_tolerated_and_told(
    monkeypatch: pytest.MonkeyPatch, val: int, refused: bool
) -> None:
    samples = dealt(200, val)
    monkeypatch.setattr(leaks, "near_duplicates", lambda *_: [NearDuplicate(0, 200, False)])
    data = DataSet("x", Path("nowhere"), ("pit",), tuple(samples))
    if not refused:
        assert len(refuse_leaks(data)) == 1
        return
    with pytest.raises(DataError, match="splits of nowhere leak") as caught:
        refuse_leaks(data)
    assert "millsight data split nowhere" in caught.value.hint
    assert "--allow-leaks" in caught.value.hint


def test_near_duplicates_become_one_group(monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = [NearDuplicate(0, 2, False), NearDuplicate(2, 3, False)]
    monkeypatch.setattr(leaks, "near_duplicates", lambda *_: pairs)
    data = joined(DataSet("x", Path("nowhere"), ("pit",), tuple(dealt(4, 1))))
    assert [s.group for s in data.samples] == [
        "train0.png",
        "train1.png",
        "train0.png",
        "train0.png",
        "val0.png",
    ]


def test_neuseg_leaks(real_data: Path) -> None:
    """Its photographs are windows of longer strips, and collages of them, on both sides."""
    samples = [s for s in read_unsplit(real_data / "neuseg").samples if s.split != "train"]
    (leak,) = find_leaks(samples, find_near_duplicates(samples))
    assert leak.images > 0.2 * leak.of
    assert not leak.tolerable
