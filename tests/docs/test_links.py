"""Links between documents lead somewhere, and every page is in the site's navigation."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.docs.pages import DOCS, anchors, documents, named, prose, read

_LINK = re.compile(r"!?\[[^]]*\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")


def faults(path: Path) -> list[str]:
    """What is wrong with a document's links, one line each."""
    found = []
    for link in _LINK.findall(prose(read(path))):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = unquote(link).partition("#")
        target = (path.parent / name).resolve() if name else path
        if not target.is_file():
            found.append(f"{named(path)}: no file {link}")
        elif anchor and anchor not in anchors(target):
            found.append(f"{named(path)}: no heading {link}")
    return found


@pytest.mark.parametrize("path", documents(), ids=named)
def test_links_lead_to_files_and_headings(path):
    assert faults(path) == []


def test_a_broken_link_and_a_missing_heading_are_found(tmp_path, monkeypatch):
    monkeypatch.setattr("tests.docs.pages.ROOT", tmp_path)
    page = tmp_path / "page.md"
    page.write_text("# One\n[a](gone.md) [b](#one) [c](#two)\n\n    [code](not-a-link.md)\n")
    assert faults(page) == ["page.md: no file gone.md", "page.md: no heading #two"]


def test_every_page_is_in_the_site_s_navigation():
    entries = re.findall(r"^   (/?[\w./-]+)$", read(DOCS / "contents.rst"), re.MULTILINE)
    navigation = {
        entry.removeprefix("/") if entry[0] == "/" else f"docs/{entry}" for entry in entries
    }
    assert navigation == {named(page).removesuffix(".md") for page in documents()} - {"README"}
