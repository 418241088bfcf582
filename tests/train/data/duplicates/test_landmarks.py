from __future__ import annotations

import numpy as np
import pytest

from tests.train.data.surface import surface
from train.data.duplicates.landmarks import (
    POSES,
    find_landmarks,
    posed,
    posed_picture,
    posed_places,
    texture_of,
)


@pytest.mark.parametrize("pose", range(POSES))
def test_landmarks_of_a_posed_picture_are_the_posed_landmarks(pose: int) -> None:
    texture = texture_of(surface(128, 200, 3))
    found = find_landmarks(texture)
    again = find_landmarks(posed_picture(texture, pose))
    size = np.tile(np.array([[200, 128]], np.int32), (len(found.places), 1))
    expected = dict(
        zip(
            map(tuple, posed_places(found.places, size, pose).tolist()),
            posed(found.signatures, pose).tolist(),
            strict=True,
        )
    )
    seen = dict(zip(map(tuple, again.places.tolist()), again.signatures.tolist(), strict=True))
    assert len(found.places) > 50
    assert expected.keys() == seen.keys()
    # A frequency of nearly no strength may round to either sign.
    apart = [bin(expected[place] ^ seen[place]).count("1") for place in seen]
    assert max(apart) <= 1


def test_a_picture_smaller_than_a_patch_has_none() -> None:
    assert len(find_landmarks(np.zeros((24, 300), np.float32)).places) == 0


def test_the_texture_is_that_of_another_exposure() -> None:
    dark = surface(64, 200, 1)
    light = np.asarray(40 + dark * 0.6, np.uint8)
    one, other = texture_of(dark).ravel(), texture_of(light).ravel()
    assert np.corrcoef(one, other)[0, 1] > 0.95


def test_how_many_squares_are_copied_at_a_time_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texture = texture_of(surface(128, 200, 3))
    at_once = find_landmarks(texture)
    monkeypatch.setattr("train.data.duplicates.landmarks.AT_ONCE", 7)
    by_sevens = find_landmarks(texture)
    assert np.array_equal(by_sevens.places, at_once.places)
    apart = [
        bin(one ^ other).count("1")
        for one, other in zip(
            by_sevens.signatures.tolist(), at_once.signatures.tolist(), strict=True
        )
    ]
    assert max(apart) <= 1
