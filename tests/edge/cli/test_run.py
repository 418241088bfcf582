"""`millsight run` from the outside: its summary, its words, its exit codes."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.cameras.simulated import SimulatedCamera
from tests.edge.line.takes import until

MILLSIGHT = [sys.executable, "-c", "from edge.cli import main; main()"]


PATIENCE_S = 120.0
"""A command that has not ended by then, however busy the machine is, hangs."""


def millsight(*words, timeout=PATIENCE_S, **options):
    return subprocess.run(
        [*MILLSIGHT, *map(str, words)],
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
        **options,
    )


@pytest.fixture(scope="module")
def simulated_run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    done = millsight(
        *("run", "--frames", 120, "--defect-rate", 0.5),
        *("--summary", folder / "summary.json", "--jsonl", folder / "all.jsonl"),
    )
    assert done.returncode == 0, done.stderr
    return done, folder


def test_the_summary_has_the_documented_keys(simulated_run):
    figures = json.loads((simulated_run[1] / "summary.json").read_text())
    assert {
        *("frames", "levels", "gaps", "coverage", "uninspected_by_cause", "latency_ms"),
        *("instances_ms", "deadline_ms", "deadline_misses", "defects", "drift", "engine"),
    } <= set(figures)
    assert set(figures["levels"]) == {"full", "classified", "gated", "uninspected"}
    assert sum(figures["levels"].values()) == figures["frames"] == 120
    coverage = figures["coverage"]
    assert sum(v for k, v in coverage.items() if k != "passed_mm") == coverage["passed_mm"]
    assert coverage["passed_mm"] == (120 + figures["gaps"]) * 128.0
    assert figures["deadline_ms"] == pytest.approx(25.6)
    assert set(figures["latency_ms"]) == {"p50", "p95", "p99", "max"}
    assert figures["engine"] == "litert"


def test_a_terminal_that_lacks_characters_is_shown_their_codes():
    narrow = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = millsight("bundle", "show", "simulated", env={**os.environ, **narrow})
    assert (done.returncode, done.stderr) == (0, "")
    assert "\\xd7" in done.stdout


def test_every_frame_of_a_live_line_is_recorded_or_counted_as_lost(simulated_run):
    _, folder = simulated_run
    rows = [json.loads(row) for row in (folder / "all.jsonl").read_text().splitlines()]
    frames = [row["frame"] for row in rows]
    assert len(frames) == 120 and frames == sorted(set(frames))
    # A machine that is busy with other things may lose some; each is a gap.
    lost = json.loads((folder / "summary.json").read_text())["gaps"]
    assert frames[-1] + 1 <= 120 + lost


def test_defects_are_found_recorded_and_drawn(tmp_path):
    frames = tmp_path / "frames"
    frames.mkdir()
    camera = SimulatedCamera(defect_rate=0.5, paced=False)
    for frame in itertools.islice(camera, 40):
        cv2.imwrite(str(frames / f"{frame.number:02}.png"), frame.pixels)
    drawn = [bool(camera.truth(number)) for number in range(40)]
    done = millsight(
        *("run", "--camera", frames, "--summary", "s.json", "--jsonl", "all.jsonl"),
        *("--pictures", "pictures"),
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    figures = json.loads((tmp_path / "s.json").read_text())
    rows = [json.loads(row) for row in (tmp_path / "all.jsonl").read_text().splitlines()]
    said = [row["defective"] for row in rows]
    assert sum(a == b for a, b in zip(said, drawn, strict=True)) >= 0.7 * 40
    assert sum(figures["defects"].values()) == sum(len(row["defects"]) for row in rows)
    pictures = sorted((tmp_path / "pictures").iterdir())
    assert len(pictures) == sum(said) == figures["defective_frames"]
    assert cv2.imread(str(pictures[0])).shape[1] == 1600


def test_it_says_that_the_bundle_was_trained_on_simulated_strip(simulated_run):
    done, _ = simulated_run
    assert "SIMULATED" in done.stderr
    assert done.stdout == ""
    assert "deadline 25.6 ms" in done.stderr


def test_drift_is_said_once_and_kept_in_the_summary(tmp_path):
    frames, summary = tmp_path / "frames", tmp_path / "summary.json"
    frames.mkdir()
    for number in range(16):
        cv2.imwrite(str(frames / f"{number:02}.png"), np.full((256, 1600), 245, np.uint8))
    done = millsight("run", "--camera", frames, "--summary", summary)
    assert done.returncode == 0, done.stderr
    figures = json.loads(summary.read_text())["drift"]
    assert figures["grey_level"] == figures["level"] == "alarm"
    assert (figures["frames"], figures["every"]) == (16, 1)
    assert done.stderr.count("ALARM: grey levels have drifted") == 1
    assert "exposure" in done.stderr


def test_ctrl_c_leaves_a_whole_summary(tmp_path):
    summary, rows = tmp_path / "summary.json", tmp_path / "all.jsonl"
    running = subprocess.Popen(
        [*MILLSIGHT, "run", "--summary", str(summary), "--jsonl", str(rows)],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        assert "bundle" in running.stderr.readline()
        until(lambda: rows.exists() and rows.stat().st_size > 0, PATIENCE_S)
        running.send_signal(signal.SIGINT)
        words = running.communicate(timeout=PATIENCE_S)[1]
    finally:
        running.kill()
    assert running.returncode == 130, words
    assert "stopped after" in words and "Traceback" not in words
    figures = json.loads(summary.read_text())
    assert figures["frames"] > 0
    assert len(rows.read_text().splitlines()) == figures["frames"]
    assert {path.name for path in tmp_path.iterdir()} == {"summary.json", "all.jsonl"}


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("--camera", "/nowhere/at/all"), 4, "no file or folder /nowhere/at/all"),
        (("--bundle", "none.millsight"), 4, "none.millsight"),
        (("--summary", "/nowhere/at/all.json", "--frames", "1"), 5, "cannot be written"),
        (("--camera", "97"), 11, "cannot be opened"),
        (("--engine", "abacus"), 10, "no engine 'abacus'"),
        (("--speed", "0"), 2, "0"),
        (("--pictures", "/proc/none", "--frames", "1"), 5, "cannot be created"),
    ],
)
def test_each_fault_is_one_clear_line_with_its_exit_code(words, code, says, tmp_path):
    done = millsight("run", *words, cwd=tmp_path)
    assert done.returncode == code, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_json_lines_go_to_stdout_where_that_is_asked():
    done = millsight("run", "--frames", 10, "--jsonl", "-")
    assert done.returncode == 0, done.stderr
    frames = [json.loads(row)["frame"] for row in done.stdout.splitlines()]
    assert len(frames) == 10 and frames == sorted(set(frames))


def test_a_reader_that_goes_ends_it_in_silence():
    for words in ("bundle show", "run --frames 200 --jsonl -"):
        done = subprocess.run(
            f"{sys.executable} -c 'from edge.cli import main; main()' {words} | head -1; "
            "exit ${PIPESTATUS[0]}",
            shell=True,
            executable="/bin/bash",
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr and "Exception" not in done.stderr


def test_a_full_disk_is_named_first_and_pictures_do_not_end_the_inspection(tmp_path):
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    done = millsight("run", "--frames", 20, "--jsonl", full, "--summary", tmp_path / "s.json")
    assert done.returncode == 5
    assert "/dev/full cannot be written: No space left" in done.stderr
    assert json.loads((tmp_path / "s.json").read_text())["frames"] >= 1


def test_a_folder_of_frames_is_a_line_too(tmp_path):
    frames = tmp_path / "frames"
    frames.mkdir()
    for number in range(3):
        cv2.imwrite(str(frames / f"{number}.png"), np.full((256, 1600), 90, np.uint8))
    cv2.imwrite(str(frames / "3.png"), np.full((100, 100), 90, np.uint8))
    (frames / "4.png").write_bytes(b"\x89PNG cut")
    done = millsight("run", "--camera", frames, "--summary", tmp_path / "s.json")
    assert done.returncode == 0, done.stderr
    figures = json.loads((tmp_path / "s.json").read_text())
    assert figures["levels"] == {"full": 3, "classified": 0, "gated": 0, "uninspected": 2}
    assert set(figures["uninspected_by_cause"]) == {"wrong size", "unreadable"}
    assert "(defective or uninspected frames not shown: " in done.stderr
    assert figures["coverage"]["full"] == 3 * 128.0


def test_options_go_before_the_configuration(tmp_path):
    frames = tmp_path / "frames"
    frames.mkdir()
    cv2.imwrite(str(frames / "0.png"), np.full((256, 1600), 90, np.uint8))
    (tmp_path / "c.toml").write_text(
        f'[camera]\nsource = "{frames}"\n[line]\nspeed_m_s = 2\nmm_per_px = 0.25\n'
        '[coil]\nname = "A-1"\n[jsonl]\npath = "file.jsonl"\n'
    )
    words = ("run", "--config", "c.toml", "--summary", "s.json")
    done = millsight(*words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "s.json").read_text())["coverage"]["full"] == 64.0
    assert json.loads((tmp_path / "file.jsonl").read_text())["coil"] == "A-1"
    over = (
        "--defect-rate",
        "0.5",
        "--mm-per-px",
        "0.5",
        "--coil",
        "B-2",
        "--jsonl",
        "-",
        "--ledger",
        "l.sqlite",
    )
    done = millsight(*words, *over, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "s.json").read_text())["coverage"]["full"] == 128.0
    assert json.loads(done.stdout)["coil"] == "B-2"
    assert "coil B-2 began" in done.stderr
    listed = millsight("ledger", "coils", "--ledger", "l.sqlite", "--format", "json", cwd=tmp_path)
    assert "B-2" in listed.stdout, listed.stderr


def no_file_larger_than(size):
    """As a disk that is full for what grows; needs no disk of its own."""
    import resource

    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def test_a_run_whose_ledger_found_no_room_ends_with_a_code_of_its_own(tmp_path):
    ledger = tmp_path / "l.sqlite"
    assert millsight("run", "--frames", 3, "--ledger", ledger).returncode == 0
    room = ledger.stat().st_size + 8192
    done = millsight(
        *("run", "--frames", 100, "--speed", 2, "--defect-rate", 1, "--ledger", ledger),
        *("--summary", tmp_path / "s.json"),
        preexec_fn=no_file_larger_than(room),
    )
    assert done.returncode == 23, done.stderr
    assert "cannot be stored" in done.stdout + done.stderr
    last = done.stderr.strip().splitlines()[-1]
    assert "not all was kept: the ledger" in last and "has lost" in last
    lost = json.loads((tmp_path / "s.json").read_text())["lost"]
    page = json.loads(millsight("ledger", "check", "--ledger", ledger, "--format", "json").stdout)
    assert page["unstored_rows"] == lost["ledger_rows"] > 0
    assert page["passed_mm"] == pytest.approx(103 * 128.0)
    assert millsight("run", "--frames", 3, "--ledger", ledger).returncode == 0
    page = json.loads(millsight("ledger", "check", "--ledger", ledger, "--format", "json").stdout)
    assert page["unstored_rows"] == lost["ledger_rows"]
    assert page["passed_mm"] == pytest.approx(106 * 128.0)


def test_a_run_says_what_ended_it_and_what_was_lost_besides(tmp_path):
    """The file that was read ends the run; the disk that the frames' lines go to is full too."""
    done = millsight(
        *("run", "--frames", 40, "--speed", 2, "--jsonl", tmp_path / "j"),
        preexec_fn=no_file_larger_than(4096),
    )
    assert done.returncode == 5
    assert f"{tmp_path}/j cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


def test_pictures_that_find_no_room_are_owned_up_to(tmp_path):
    done = millsight(
        *("run", "--frames", 20, "--speed", 1, "--defect-rate", 1, "--pictures", tmp_path / "p"),
        preexec_fn=no_file_larger_than(4096),
    )
    assert done.returncode == 23
    assert "pictures could not be written" in done.stderr
    assert list((tmp_path / "p").iterdir()) == []


def test_a_log_that_misses_lines_is_owned_up_to(tmp_path):
    config = tmp_path / "line.toml"
    config.write_text(f'[log]\npath = "/dev/full"\n[jsonl]\npath = "{tmp_path / "j"}"\n')
    done = millsight("run", "--config", config, "--frames", 3)
    assert done.returncode == 23
    assert "lines are missing from the log" in done.stderr


def test_every_alarm_reaches_stderr_while_engines_load(tmp_path):
    """A ledger that cannot be stored from the first moment is told of while the models load."""
    folder = tmp_path / "l"
    folder.mkdir()
    done = millsight(
        *("run", "--frames", 3, "--speed", 2, "--ledger", folder / "l.sqlite"),
        preexec_fn=no_file_larger_than(0),
    )
    assert done.returncode == 23
    assert "cannot be stored" in done.stdout + done.stderr
