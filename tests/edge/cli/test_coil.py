"""`millsight coil`: a running line hears of it, and nothing hangs where none runs."""

from __future__ import annotations

import json
import subprocess
import time

import pytest

from tests.edge.cli.test_run import MILLSIGHT, PATIENCE_S, millsight


def test_without_a_line_it_says_so(tmp_path):
    for words in (("begin", "A"), ("end",)):
        done = millsight("coil", *words, "--state", tmp_path)
        assert done.returncode == 21
        assert f"no line listens at {tmp_path}/control.sock" in done.stderr


def test_coils_begin_and_end_on_a_running_line(tmp_path):
    rows = tmp_path / "f.jsonl"
    words = ["run", "--speed", "0.5", "--coil", "A-1", "--state", tmp_path, "--jsonl", rows]
    running = subprocess.Popen(
        [*MILLSIGHT, *map(str, words)], stderr=subprocess.PIPE, text=True, cwd=tmp_path
    )

    def until(coil):
        give_up_at = time.monotonic() + PATIENCE_S
        while time.monotonic() < give_up_at:
            found = [json.loads(row)["coil"] for row in whole_lines(rows)]
            if coil in found:
                return
            time.sleep(0.1)
        pytest.fail(f"no frame lies on {coil}: {set(found)}")

    try:
        until("A-1")
        begun = millsight("coil", "begin", "B-2", "--state", tmp_path)
        assert begun.returncode == 0, begun.stderr
        until("B-2")
        assert millsight("coil", "end", "--state", tmp_path).returncode == 0
        until(None)
        refused = millsight("coil", "begin", "x" * 200, "--state", tmp_path)
        assert refused.returncode == 14 and "longer than" in refused.stderr
        running.terminate()
        words = running.communicate(timeout=PATIENCE_S)[1]
    finally:
        running.kill()
    assert running.returncode == 0, words
    assert "coil B-2 began" in words and "coil B-2 ended" in words
    assert not (tmp_path / "control.sock").exists()


def whole_lines(path):
    if not path.exists():
        return []
    return [line for line in path.read_text().splitlines(keepends=True) if line.endswith("\n")]
