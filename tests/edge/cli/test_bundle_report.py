"""``millsight bundle show``: the report that a bundle carries, and what the gate says by bounds."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from edge.bundle.container import MANIFEST, write_container
from edge.cli.bundle import bundle
from edge.core.errors import BundleError, UnwritableError
from tests.edge.bundle.samples import FILES, REPORT_FILES, bundle_bytes, manifest, with_report


@pytest.fixture(autouse=True)
def here(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A device of its own: nothing installed, nobody trusted."""
    folder = tmp_path_factory.mktemp("device")
    monkeypatch.setenv("MILLSIGHT_KEYS", str(folder / "keys"))
    monkeypatch.setenv("MILLSIGHT_STATE", str(folder / "state"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "sample.millsight"
    said = manifest(**with_report()).to_json()
    path.write_bytes(write_container(FILES | REPORT_FILES | {MANIFEST: said}))
    return path


def show(*words: str) -> str:
    result = CliRunner().invoke(
        bundle, ["show", *words], env={"COLUMNS": "140"}, standalone_mode=False
    )
    if result.exception:
        raise result.exception
    return result.stdout


@pytest.mark.parametrize(
    ("name", "file"),
    [("r.html", "report.html"), ("page", "report.html"), ("r.json", "report.json")],
)
def test_the_report_is_taken_out(path: Path, tmp_path: Path, name: str, file: str) -> None:
    assert show(str(path), "--report", str(tmp_path / name)) == ""
    assert (tmp_path / name).read_bytes() == REPORT_FILES[file]


def test_an_older_bundle_has_none(tmp_path: Path) -> None:
    path = tmp_path / "older.millsight"
    path.write_bytes(bundle_bytes())
    with pytest.raises(BundleError, match="sample has no report"):
        show(str(path), "--report", str(tmp_path / "r.html"))
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(UnwritableError):
        show(str(_newer(tmp_path)), "--report", str(tmp_path / "nowhere" / "r.html"))


def _newer(folder: Path) -> Path:
    path = folder / "newer.millsight"
    said = manifest(**with_report()).to_json()
    path.write_bytes(write_container(FILES | REPORT_FILES | {MANIFEST: said}))
    return path


def test_the_page_shows_bounds_and_verdicts(path: Path) -> None:
    text = " ".join(show(str(path)).split())
    for words in (
        "-1.25",
        "-0.0200",
        "not judged",
        "AUROC 0.005; at worst: with 95 % confidence it is above",
        "onnx float32 against float: 2 held, 1 not judged",
    ):
        assert words in text
