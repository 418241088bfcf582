"""``millsight bundle``: the page, the JSON, the check, and refusals in one line."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from edge.bundle.manifest_parts import GoldenScores
from edge.cli import main
from edge.cli.bundle import bundle
from edge.install.verify import GoldenResult
from tests.edge.bundle.samples import GOLDEN, bundle_bytes, manifest
from tests.edge.bundle.signing import device, signed_bytes


@pytest.fixture(autouse=True)
def here(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A device of its own: nothing installed, nobody trusted."""
    folder = tmp_path_factory.mktemp("device")
    monkeypatch.setenv("MILLSIGHT_KEYS", str(folder / "keys"))
    monkeypatch.setenv("MILLSIGHT_STATE", str(folder / "state"))
    return folder


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "sample.millsight"
    path.write_bytes(bundle_bytes())
    return path


def show(path: Path, *options: str) -> str:
    result = CliRunner().invoke(bundle, ["show", str(path), *options], env={"COLUMNS": "140"})
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.parametrize(
    "words",
    [
        "sample",
        "A bundle for tests.",
        "SIMULATED",
        "spot, streak",
        "32–640 in steps of 32 × 32–64 px",
        "compact",
        "none, defect (softmax)",
        "0.2000",
        "misses at most 5.0% of defective units",
        "greatest accuracy; on val, n = 160",
        "over 16 frames, watch and alarm from a PSI of 0.10 and 0.25 of grey levels",
        "promised and on the holdout",
        "tiles, deployed",
        "at most 5.0%",
        "at most 10.0%",
        "too few to promise",
        "not at this threshold",
        "2.5 of 40",
        "(0.4–12.9)",
        "12.0 of 50",
        "1.5000",
        "8.12 → 2.31",
        "9.04 → 3.45",
        "91.00",
        "90.00",
        "-1.00",
        "0.9500",
        "85.00–94.00",
        "drawn for tests",
        "free",
        "0" * 64,
        "1" * 64,
        "0.9200–0.9700",
        "100 tiles",
        "2025-01-01T00:00:00Z by millsight export sample",
    ],
)
def test_the_page_says_what_the_bundle_is(path: Path, words: str) -> None:
    assert words in show(path)


def test_real_data_is_called_real(path: Path) -> None:
    path.write_bytes(bundle_bytes(simulated=False))
    page = show(path)
    assert "real frames" in page
    assert "SIMULATED" not in page


def test_a_gate_that_promises_nothing_says_so(path: Path) -> None:
    thresholds = manifest().model_dump(mode="json")["thresholds"]
    thresholds["gate"]["alpha"] = None
    path.write_bytes(bundle_bytes(thresholds=thresholds))
    assert "promises no rate" in show(path)


def test_markup_in_a_manifest_is_shown_and_not_obeyed(path: Path) -> None:
    path.write_bytes(bundle_bytes(description="[bold]loud[/bold] [link=x]y"))
    assert "[bold]loud[/bold] [link=x]y" in show(path)


def test_json_alone_goes_to_stdout(path: Path) -> None:
    printed = show(path, "--format", "json")
    assert json.loads(printed) == json.loads(manifest().to_json())
    assert printed.encode() == manifest().to_json()


def test_brackets_in_a_path_are_no_markup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "[bold]x.millsight"
    path.write_bytes(bundle_bytes())
    assert "[bold]x.millsight: every byte" in verify(path, monkeypatch, 0.0)[2].replace("\n", "")


def verify(path: Path, monkeypatch: pytest.MonkeyPatch, difference: float) -> tuple[int, str, str]:
    scores = GoldenScores(defect_score=0.5, class_scores={}, region_scores=())
    results = [GoldenResult(GOLDEN, "int8", scores, scores, d) for d in (0.0, difference)]
    monkeypatch.setattr("edge.install.verify.run_golden_frames", lambda *a, **b: iter(results))
    return run(monkeypatch, "bundle", "verify", str(path), "--allow-unsigned")


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of the whole ``millsight`` command."""
    out, err = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "argv", ["millsight", *words])
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        pytest.raises(SystemExit) as stop,
    ):
        main()
    return int(stop.value.code or 0), out.getvalue(), err.getvalue()


@pytest.mark.parametrize("allowed", [False, True])
def test_an_unsigned_bundle_is_run_only_where_that_is_allowed(
    allowed: bool, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MILLSIGHT_ALLOW_UNSIGNED", "1" if allowed else "0")
    scores = GoldenScores(defect_score=0.5, class_scores={}, region_scores=())
    agrees = GoldenResult(GOLDEN, "int8", scores, scores, 0.0)
    monkeypatch.setattr("edge.install.verify.run_golden_frames", lambda *a, **b: iter([agrees]))
    code, _, err = run(monkeypatch, "bundle", "verify", str(path))
    assert code == (0 if allowed else 18)
    assert ("is UNSIGNED" in err) is allowed
    assert ("is not signed" in err) is not allowed


@pytest.mark.parametrize(
    ("data", "trusted", "says"),
    [
        (bundle_bytes(), True, "NOT TRUSTED here: "),
        (signed_bytes(), False, "NOT TRUSTED here: "),
        (signed_bytes(), True, "signed by mill"),
    ],
    ids=["unsigned", "stranger", "signed"],
)
def test_the_page_shows_a_bundle_whoever_signed_it(
    data: bytes, trusted: bool, says: str, path: Path, here: Path
) -> None:
    path.write_bytes(data)
    if trusted:
        device(here)
    assert says in show(path)


def test_a_bundle_whose_golden_frames_agree_is_verified(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, err = verify(path, monkeypatch, 0.01)
    assert (code, out) == (0, "")
    assert "All 2 golden scores agree" in err


def test_a_device_that_scores_otherwise_exits_9(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, _, err = verify(path, monkeypatch, 0.2)
    assert code == 9
    assert "1 of 2 golden scores disagree" in err


@pytest.mark.parametrize(
    ("spoil", "code", "says"),
    [
        (lambda p: p.write_bytes(p.read_bytes()[:-9]), 9, "cut off"),
        (lambda p: p.write_bytes(p.read_bytes().replace(b"tests", b"tasks")), 9, "damaged"),
        (lambda p: p.write_bytes(b"\x89PNG"), 9, "no millsight bundle"),
        (lambda p: p.unlink(), 4, "there is no bundle"),
    ],
    ids=["cut off", "changed", "a picture", "gone"],
)
@pytest.mark.parametrize("command", ["show", "verify"])
def test_a_bad_bundle_is_one_line_on_stderr(
    spoil, code: int, says: str, command: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(path)
    exit_code, out, err = run(monkeypatch, "bundle", command, str(path))
    assert (exit_code, out) == (code, "")
    assert err.startswith("millsight: ")
    assert says in err
    assert err.count("\n") == 1
