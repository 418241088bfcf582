from __future__ import annotations

import shlex
import sys
import textwrap

import pytest
from click.testing import CliRunner

from benchmarks.peers.latency import as_markdown, figures, main
from benchmarks.peers.timing import Timings, Worker, WorkerError, take_turns

SOURCE = """
    import sys
    from benchmarks.peers.timing import Timed, serve
    print("a library greets")
    find = lambda frame: Timed(float(frame), 2, {"engine": frame / 2})
    serve(find, FRAMES, sys.stdin, {"model": "toy"})
"""


def command(frames):
    return [sys.executable, "-c", textwrap.dedent(SOURCE).replace("FRAMES", str(frames))]


def test_a_worker_says_when_it_is_ready_and_goes_round_its_frames():
    with Worker("toy", command([1, 2, 3])) as worker:
        assert worker.about == {"ready": True, "frames": 3, "model": "toy"}
        assert worker.run(2)["ms"] == [1.0, 2.0]
        assert worker.run(2) == {
            "ms": [3.0, 1.0],
            "found": [2, 2],
            "stages": {"engine": [1.5, 0.5]},
        }


def test_the_first_frame_of_a_block_does_not_count():
    with Worker("a", command([9, 1, 2])) as a, Worker("b", command([9, 5, 5])) as b:
        timings = take_turns([a, b], rounds=2, block=2)
    assert timings["a"].ms == [1.0, 2.0, 1.0, 2.0]
    assert timings["b"].stages == {"engine": [2.5] * 4}


@pytest.mark.parametrize("source", ["", "print('no JSON')", "raise SystemExit(3)"])
def test_a_worker_that_ends_is_named(source):
    with pytest.raises(WorkerError, match="toy has ended"):
        Worker("toy", [sys.executable, "-c", source])


def test_a_worker_that_ends_between_two_questions_is_named():
    source = "print('{\"ready\": true}')"
    with Worker("toy", [sys.executable, "-c", source]) as worker, pytest.raises(WorkerError):
        worker.run(1)
        worker.run(1)


def test_shares_are_taken_round_by_round():
    ours, theirs = Timings(), Timings()
    for speed in (1, 3):  # the machine slows down in the second round
        ours.add({"ms": [2.0 * speed] * 2, "found": [1, 0], "stages": {}})
        theirs.add({"ms": [4.0 * speed] * 2, "found": [3, 3], "stages": {"inference": [speed] * 2}})
    table = figures({"ours": ours, "peer": theirs}, block=2)
    assert (table["ours"]["share"], table["peer"]["share"]) == (1.0, 2.0)
    assert (table["ours"]["p50"], table["peer"]["p50"], table["peer"]["n"]) == (4.0, 8.0, 4)
    assert table["ours"]["found_per_frame"] == 0.5
    assert "| peer | 8.0 | 12.0 | 12.0 | 2.00 | 3.0 | inference 2.0 |" in as_markdown(table)


def test_the_command_prints_a_table_and_names_what_ended():
    toy = "toy=" + shlex.join(command([1, 2]))
    done = CliRunner().invoke(main, ["--worker", toy, "--rounds", "1", "--block", "2"])
    assert done.exit_code == 0, done.output
    assert "| toy | 1.5 |" in done.output
    done = CliRunner().invoke(main, ["--worker", f"gone={sys.executable} -c pass"])
    assert done.exit_code == 1
    assert "gone has ended" in done.output
