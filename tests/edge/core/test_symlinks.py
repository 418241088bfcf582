"""Links that others may have planted are not followed; those of this user and of root are."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from edge.core.errors import UnwritableError
from edge.core.files import (
    check_writable,
    make_folder,
    open_to_append,
    write_whole,
    writing_whole,
)
from edge.core.symlinks import followed

NOBODY = 65534
root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may give links to others")


@pytest.fixture
def box(tmp_path):
    """A folder where everyone may write, and a file of this user's beside it."""
    box = tmp_path / "box"
    box.mkdir()
    box.chmod(0o1777)
    victim = tmp_path / "victim"
    victim.write_text("precious")
    victim.chmod(0o600)
    return box


def planted(link, target, uid=NOBODY):
    link.symlink_to(target)
    os.chown(link, uid, uid, follow_symlinks=False)
    return link


def untouched(box):
    victim = box.parent / "victim"
    return victim.read_text() == "precious" and stat.S_IMODE(victim.stat().st_mode) == 0o600


def append(path):
    os.close(open_to_append(path))


WRITES = {
    "whole": lambda path: write_whole(path, "new"),
    "whole, with a mode": lambda path: write_whole(path, "new", mode=0o644),
    "whole, not to replace": lambda path: write_whole(path, "new", replace=False),
    "piece by piece": lambda path: writing_whole(path).__enter__(),
    "append": append,
    "looked at before": check_writable,
}


@root
@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
@pytest.mark.parametrize("target", ["../victim", "../none yet", "second"])
def test_a_planted_link_is_refused_by_name(box, write, target):
    link = planted(box / "s.json", target)
    planted(box / "second", "../victim")
    with pytest.raises(UnwritableError, match=rf"{link}|second.*another user"):
        write(link)
    assert untouched(box)
    assert not (box.parent / "none yet").exists()
    assert sorted(p.name for p in box.iterdir()) == ["s.json", "second"]


@root
@pytest.mark.parametrize("write", [*WRITES.values(), lambda path: make_folder(path / "deep")])
def test_so_is_one_on_the_way(box, write):
    """The folder itself is the link: what is written there has a name that the victim may have."""
    planted(box / "out", box.parent)
    with pytest.raises(UnwritableError, match="another user"):
        write(box / "out" / "victim")
    assert untouched(box)


@root
def test_another_user_s_link_to_what_he_owns_in_his_own_folder_is_followed(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    (home / "real").write_text("old")
    for path in (home, home / "real"):
        os.chown(path, NOBODY, NOBODY)
    write_whole(planted(home / "link", "real"), "new")
    assert (home / "real").read_text() == "new"


@root
def test_in_his_own_folder_he_leads_nobody_to_what_is_another_s(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    os.chown(home, NOBODY, NOBODY)
    (tmp_path / "victim").write_text("precious")
    with pytest.raises(UnwritableError, match="another user"):
        write_whole(planted(home / "link", "../victim"), "new")
    assert (tmp_path / "victim").read_text() == "precious"


def test_links_of_this_user_are_followed_everywhere(box):
    (box / "real").mkdir()
    (box / "folder").symlink_to("real")
    (box / "real" / "file").symlink_to("../real/other")
    write_whole(box / "folder" / "file", "new")
    assert (box / "real" / "file").is_symlink()
    assert (box / "real" / "other").read_text() == "new"
    os.close(open_to_append(box / "folder" / "file"))


@root
def test_another_user_s_file_is_not_appended_to_where_everyone_may_make_one(box):
    planted_file = box / "j.jsonl"
    planted_file.write_text("")
    os.chown(planted_file, NOBODY, NOBODY)
    with pytest.raises((UnwritableError, PermissionError)):
        append(planted_file)
    assert planted_file.read_text() == ""


@root
def test_another_user_s_file_gives_way_with_its_mode(box):
    """Its mode was his choice: a secret that replaces it must not be open to him."""
    path = box / "key"
    path.write_text("")
    path.chmod(0o666)
    os.chown(path, NOBODY, NOBODY)
    before = os.umask(0o077)
    try:
        write_whole(path, "secret")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and path.stat().st_uid == 0


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664])
def test_a_file_that_is_replaced_keeps_its_mode(tmp_path, mode):
    path = tmp_path / "s.json"
    path.write_text("old")
    path.chmod(mode)
    write_whole(path, "new")
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_a_hard_link_keeps_the_old_content_for_the_other_name(tmp_path):
    victim, name = tmp_path / "victim", tmp_path / "s.json"
    victim.write_text("precious")
    name.hardlink_to(victim)
    write_whole(name, "new")
    assert victim.read_text() == "precious"


def test_a_file_that_is_there_is_not_replaced_where_that_is_not_wanted(tmp_path):
    path = tmp_path / "a"
    path.write_text("old")
    with pytest.raises(FileExistsError):
        write_whole(path, "new", replace=False)
    assert path.read_text() == "old"
    path.unlink()
    path.symlink_to("nothing")
    write_whole(path, "new", replace=False)
    assert [p.name for p in tmp_path.iterdir() if p.is_symlink()] == ["a"]
    assert (tmp_path / "nothing").read_text() == "new"
    with pytest.raises(FileExistsError):
        write_whole(path, "again", replace=False)


def test_a_disk_without_hard_links_serves_too(tmp_path, monkeypatch):
    def none(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("edge.core.files.os.link", none)
    write_whole(tmp_path / "a", "new", replace=False)
    with pytest.raises(FileExistsError):
        write_whole(tmp_path / "a", "newer", replace=False)
    assert [p.read_text() for p in tmp_path.iterdir()] == ["new"]


def test_links_in_a_circle_are_an_error_and_no_hang(tmp_path):
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(OSError, match="Too many levels"):
        followed(tmp_path / "a")
    with pytest.raises(UnwritableError, match="Too many levels"):
        write_whole(tmp_path / "a", "new")


def test_names_that_are_not_utf_8_are_followed(tmp_path):
    name = os.fsdecode(b"Stra\xdfe")
    (tmp_path / name).mkdir()
    (tmp_path / "link").symlink_to(name)
    write_whole(tmp_path / "link" / "a", "new")
    assert (tmp_path / name / "a").read_text() == "new"


def test_an_open_file_may_be_named_by_its_descriptor(tmp_path):
    """As ``/dev/stdout`` is."""
    with (tmp_path / "a").open("w") as file:
        path = Path(f"/proc/self/fd/{file.fileno()}")
        os.close(open_to_append(path))
        write_whole(path, "new")
    assert (tmp_path / "a").read_text() == "new"
