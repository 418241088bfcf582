"""`millsight bundle install`, `rollback` and `list`, and what `run` then uses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from edge.bundle import load_bundle, shipped_bundle
from edge.bundle.container import MANIFEST, write_container
from edge.bundle.manifest_parts import GoldenScores
from edge.cli.bench import bench
from edge.cli.bundle import bundle
from edge.cli.inspect import inspect
from edge.cli.run import run
from edge.core.errors import (
    BundleError,
    MissingPathError,
    UntrustedError,
)
from edge.install.verify import GoldenResult
from tests.edge.bundle import signing
from tests.edge.bundle.samples import GOLDEN, bundle_bytes
from tests.edge.bundle.signing import STRANGER, signed_bytes


@pytest.fixture(autouse=True)
def device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A device that trusts the samples' signer, and whose golden frames agree."""
    here = signing.device(tmp_path)
    monkeypatch.setenv("MILLSIGHT_KEYS", str(here.keys))
    monkeypatch.setenv("MILLSIGHT_STATE", str(here.state))
    golden(monkeypatch, 0.0)
    return here.state


def golden(monkeypatch: pytest.MonkeyPatch, difference: float) -> None:
    scores = GoldenScores(defect_score=0.5, class_scores={}, region_scores=())
    result = GoldenResult(GOLDEN, "int8", scores, scores, difference)
    monkeypatch.setattr("edge.install.verify.run_golden_frames", lambda *a, **b: iter((result,)))


def call(*words: object) -> tuple[str, str]:
    result = CliRunner().invoke(bundle, [str(word) for word in words], standalone_mode=False)
    if result.exception:
        raise result.exception
    return result.stdout, result.stderr


def made(folder: Path, name: str) -> Path:
    path = folder / f"{name}.millsight"
    path.write_bytes(signed_bytes(name=name))
    return path


def listed() -> dict[str, Any]:
    return json.loads(call("list", "--format", "json")[0])


def test_install_list_and_roll_back(tmp_path: Path, device: Path) -> None:
    assert "nothing is installed" in call("list")[0]
    assert listed() == {"state": str(device), "current": None, "previous": None}
    out, said = call("install", made(tmp_path, "one"))
    assert out == ""
    assert "one (signed by mill) is installed" in said
    assert "all 1 golden scores agree; none before it" in said
    assert "before it: one (" in call("install", made(tmp_path, "two"))[1]
    lines = call("list")[0].splitlines()
    assert [line.split()[:2] for line in lines] == [["current", "two"], ["previous", "one"]]
    assert all(line.endswith("whole") for line in lines)
    assert "one (" in call("rollback")[1]
    assert [listed()[role]["name"] for role in ("current", "previous")] == ["one", "two"]
    assert "one" in call("show")[0]


def test_one_that_scores_otherwise_here_is_not_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call("install", made(tmp_path, "one"))
    golden(monkeypatch, 0.9)
    with pytest.raises(BundleError, match="1 of 1 golden scores disagree"):
        call("install", made(tmp_path, "two"))
    assert listed()["current"]["name"] == "one"
    assert listed()["previous"] is None


@pytest.mark.parametrize("data", [bundle_bytes(), signed_bytes(STRANGER)], ids=["none", "other"])
def test_one_without_a_trusted_signature_is_not_installed(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "new.millsight"
    path.write_bytes(data)
    with pytest.raises(UntrustedError):
        call("install", path)
    assert listed()["current"] is None


def test_an_unsigned_one_that_was_let_in_is_listed_as_such(tmp_path: Path) -> None:
    path = tmp_path / "new.millsight"
    path.write_bytes(bundle_bytes())
    assert "is UNSIGNED" in call("install", path, "--allow-unsigned")[1]
    assert "UNSIGNED" in call("list")[0]
    assert listed()["current"]["unsigned"] is True


def test_a_fault_is_listed(tmp_path: Path, device: Path) -> None:
    call("install", made(tmp_path, "one"))
    (stored,) = (device / "bundles").iterdir()
    stored.write_bytes(b"half")
    assert "no millsight bundle" in listed()["current"]["fault"]
    assert "no millsight bundle" in call("list")[0]


def test_there_is_nothing_to_go_back_to() -> None:
    with pytest.raises(MissingPathError, match="no bundle to go back to"):
        call("rollback")


def started(summary: Path) -> tuple[dict[str, Any], str]:
    """What ``run`` without ``--bundle`` says of its bundle, in the summary and on stderr."""
    words = ["--frames", "3", "--summary", str(summary)]
    done = CliRunner().invoke(run, words, standalone_mode=False)
    assert done.exit_code == 0, done.exception
    return json.loads(summary.read_text())["bundle"], done.stderr


def test_run_uses_what_is_installed_and_says_so(tmp_path: Path) -> None:
    assert started(tmp_path / "s.json")[0]["name"] == "simulated"
    call("install", "cold-strip")
    bundle, said = started(tmp_path / "s.json")
    assert (bundle["name"], bundle["trust"]) == ("cold-strip", "shipped")
    assert "bundle cold-strip (shipped), trained on" in said


def test_run_falls_back_to_the_one_before(tmp_path: Path) -> None:
    call("install", "simulated")
    call("install", made(tmp_path, "broken"))
    bundle, said = started(tmp_path / "s.json")
    assert bundle["name"] == "simulated"
    assert "the installed bundle broken fails" in said


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of one's own that works and that nobody signed."""
    shipped = load_bundle(shipped_bundle())
    fields = json.loads(shipped.manifest.to_json()) | {"name": "own"}
    text = json.dumps(fields, sort_keys=True, indent=1, ensure_ascii=False) + "\n"
    path = tmp_path_factory.mktemp("own") / "own.millsight"
    path.write_bytes(write_container({MANIFEST: text.encode(), **shipped.files}))
    return path


COMMANDS: dict[str, tuple[click.Command, tuple[object, ...]]] = {
    "run": (run, ("--frames", 3, "--bundle")),
    "inspect": (inspect, ("frame.png", "--bundle")),
    "bench": (bench, ("--frames", 10, "--format", "json", "--bundle")),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_an_unsigned_one_is_run_only_where_that_is_allowed_and_is_called_so(
    command: str, own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("edge.bench.bench.peak_mib", lambda *args, **more: 1.0)
    cv2.imwrite("frame.png", np.full((256, 1600), 90, np.uint8))
    called, words = COMMANDS[command]
    arguments = [str(word) for word in (*words, own)]
    if called is run:
        arguments += ["--summary", "s.json"]
    refused = CliRunner().invoke(called, arguments, standalone_mode=False)
    assert isinstance(refused.exception, UntrustedError)
    assert "own.millsight is not signed" in refused.exception.what
    done = CliRunner().invoke(called, [*arguments, "--allow-unsigned"], standalone_mode=False)
    assert done.exit_code == 0, done.exception
    assert "own.millsight is UNSIGNED" in done.stderr
    if called is run:
        assert "bundle own (UNSIGNED), trained on" in done.stderr
    if called is not inspect:
        figures = Path("s.json").read_text() if called is run else done.stdout
        assert json.loads(figures)["bundle"]["trust"] == "unsigned"
