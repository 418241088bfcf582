from __future__ import annotations

import pytest

from edge.core.errors import TrainingError, UnwritableError
from train.loop import checkpoint
from train.loop.run_folder import (
    CARD,
    CURVES,
    HISTORY,
    MODEL,
    PAGE,
    check_folder,
    claim_folder,
)

FINISHED = {MODEL, CARD, PAGE, CURVES, HISTORY}
BEGUN = {checkpoint.NAME}


def filled(folder, names):
    for name in names:
        (folder / name).write_text("x")
    return folder


@pytest.mark.parametrize(
    ("names", "options", "told"),
    [
        (set(), {}, None),
        ({"notes.txt"}, {}, None),
        (FINISHED, {}, "finished run.*--overwrite"),
        (FINISHED, {"resume": True}, "finished run"),
        (FINISHED, {"overwrite": True}, None),
        (BEGUN, {}, "interrupted.*--resume"),
        (BEGUN, {"resume": True}, None),
        (BEGUN, {"overwrite": True}, None),
        (set(), {"resume": True}, "nothing to resume"),
    ],
)
def test_a_run_that_is_there_is_not_trained_over_unasked(tmp_path, names, options, told):
    folder, options = filled(tmp_path, names), {"resume": False, "overwrite": False, **options}
    if told is None:
        check_folder(folder, **options)
    else:
        with pytest.raises(TrainingError, match=told):
            check_folder(folder, **options)
    assert {p.name for p in folder.iterdir()} == names


def test_overwriting_leaves_nothing_of_the_run_before_and_all_else(tmp_path):
    claim_folder(filled(tmp_path, FINISHED | BEGUN | {"notes.txt"}), overwrite=True)
    assert [p.name for p in tmp_path.iterdir()] == ["notes.txt"]


def test_a_run_that_goes_on_keeps_what_is_there(tmp_path):
    claim_folder(filled(tmp_path, BEGUN), overwrite=False)
    assert {p.name for p in tmp_path.iterdir()} == BEGUN


def test_a_new_folder_is_made_with_its_parents(tmp_path):
    claim_folder(tmp_path / "runs" / "new", overwrite=False)
    assert (tmp_path / "runs" / "new").is_dir()


def test_a_read_only_folder_is_named_and_left_as_it_was(open_path):
    filled(open_path, FINISHED).chmod(0o500)
    with pytest.raises(UnwritableError, match="cannot be written"):
        claim_folder(open_path, overwrite=True)
    assert {p.name for p in open_path.iterdir()} == FINISHED
