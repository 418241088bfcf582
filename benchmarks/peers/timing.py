"""Times models in separate processes, in turns, so that all run under the same conditions.

A worker is any program that prints a line ``{"ready": true, …}`` once it has loaded, then answers
each line ``run N`` with the latencies of its next N frames as one line of JSON, and ends when its
standard input closes. This module needs only the standard library, because it also runs in a peer's
environment.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any, TextIO, TypeVar

Frame = TypeVar("Frame")


@dataclass(frozen=True, slots=True)
class Timed:
    """The time of one frame.

    Attributes:
        ms: Milliseconds from decoded frame to instances.
        found: Number of instances.
        stages: Milliseconds of each part that the model reports.
    """

    ms: float
    found: int
    stages: dict[str, float]


@dataclass(slots=True)
class Timings:
    """The times of many frames, in order."""

    ms: list[float] = field(default_factory=list)
    found: list[int] = field(default_factory=list)
    stages: dict[str, list[float]] = field(default_factory=dict)

    def add(self, answer: dict[str, Any]) -> None:
        """Add a worker's answer."""
        self.ms += answer["ms"]
        self.found += answer["found"]
        for name, values in answer["stages"].items():
            self.stages.setdefault(name, []).extend(values)


class WorkerError(Exception):
    """A worker ended, or gave an invalid answer."""


class Worker:
    """A worker process; a context manager that ends it.

    Raises:
        WorkerError: It ended before it was ready.
    """

    def __init__(self, name: str, command: Sequence[str]) -> None:
        self.name = name
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.about = self._answer()

    def run(self, frames: int) -> dict[str, Any]:
        """Let the worker time its next frames.

        Raises:
            WorkerError: It ended, or its answer has too few latencies.
        """
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(f"run {frames}\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise WorkerError(f"{self.name} has ended") from None
        answer = self._answer()
        if len(answer.get("ms", ())) != frames:
            raise WorkerError(f"{self.name} timed {len(answer.get('ms', ()))} of {frames} frames")
        return answer

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def _answer(self) -> dict[str, Any]:
        """The next line that is a JSON object; libraries may print other lines on stdout."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("{"):
                answer: dict[str, Any] = json.loads(line)
                return answer
        raise WorkerError(f"{self.name} has ended with exit code {self._process.wait()}")


def serve(
    find: Callable[[Frame], Timed],
    frames: Sequence[Frame],
    requests: TextIO,
    about: dict[str, Any],
    answers: TextIO = sys.stdout,
) -> None:
    """Act as a worker: answer until ``requests`` ends, with the frames in turn.

    Args:
        find: Finds the instances on a frame.
        frames: One or more decoded frames.
        requests: Stream of the requests.
        about: Additional fields of the ready line.
        answers: Stream for the answers.
    """
    rounds = cycle(frames)
    _say(answers, {"ready": True, "frames": len(frames), **about})
    for line in requests:
        count = int(line.removeprefix("run "))
        timed = [find(next(rounds)) for _ in range(count)]
        names = timed[0].stages if timed else ()
        _say(
            answers,
            {
                "ms": [one.ms for one in timed],
                "found": [one.found for one in timed],
                "stages": {name: [one.stages[name] for one in timed] for name in names},
            },
        )


def take_turns(workers: Sequence[Worker], rounds: int, block: int) -> dict[str, Timings]:
    """Time blocks of frames of one worker after another, in a different order each round.

    The first frame of a block is not counted, because the caches hold another worker's data.

    Args:
        workers: Ready workers.
        rounds: Number of blocks of each worker.
        block: Number of counted frames in a block.
    """
    timings = {worker.name: Timings() for worker in workers}
    for turn in range(rounds):
        shift = turn % len(workers)
        for worker in (*workers[shift:], *workers[:shift]):
            worker.run(1)
            timings[worker.name].add(worker.run(block))
    return timings


def _say(answers: TextIO, answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer) + "\n")
    answers.flush()
