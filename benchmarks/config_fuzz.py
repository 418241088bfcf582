"""What the reader makes of spoiled configurations: read, or refused in words, never a fault.

    python -m benchmarks.config_fuzz --mutants 1000

The settings of the example configuration are spoiled at one to three places, as values, lines
or bytes, read, and explained as ``millsight config check`` does. Mutant number n of a seed is
always
the same.
"""

from __future__ import annotations

import random
import re
import tempfile
from pathlib import Path

import click

from benchmarks.fuzz_tally import FAULT, tally
from edge.app.explain import explain
from edge.config import example, read
from edge.core.errors import MillsightError

READ, REFUSED = "read", "refused"

VALUES = (
    *("", "true", "0", "-1", "1e400", "nan", "inf", "9" * 5000, "-0", "0x10", "1979-05-27", "[]"),
    *(
        "{}",
        "[[]]",
        '"x"',
        '""',
        '"\\u0000"',
        '"\\u001b]52;c;eA==\\u0007"',
        "'''\n'''",
        '"${env:X}"',
    ),
    *('"${file:/dev/zero}"', '"${env:"', '"../../etc"', '"rtsp://a:b/c#d@h:1/x"', "[1, [2, 3]]"),
    *('"' + "n" * 5000 + '"', "{a = {b = {c = 1}}}", "7" * 400 + ".5"),
)
"""What is put in the place of a value."""


def settings() -> list[str]:
    """The lines of the example that set something: no comments, and no keys that are commented."""
    return [line for line in example().splitlines() if line and not line.startswith("#")]


def commented() -> list[str]:
    """Keys that the example comments out, each with its example value."""
    return re.findall(r"^#(\w+ = .*)$", example(), flags=re.MULTILINE)


def spoiled(lines: list[str], more: list[str], seed: int, number: int) -> bytes:
    """Mutant ``number`` of a seed: of some lines, with some of ``more`` put among them."""
    rng = random.Random(f"{seed} {number}")
    lines = list(lines)
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(lines))
        key, equals, _ = lines[at].partition(" = ")
        match rng.randrange(7):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, rng.choice(lines))
            case 2:
                lines[at] = lines[at][: rng.randrange(len(lines[at]) + 1)]
            case 3:
                lines.insert(at + 1, rng.choice(more))
            case 4:
                lines[at] = "[" * rng.choice((1, 2, 500)) + lines[at]
            case _ if equals:
                lines[at] = f"{key} = {rng.choice(VALUES)}"
    data = "\n".join(lines).encode()
    if rng.random() < 0.2:
        at = rng.randrange(len(data))
        data = rng.choice(
            (
                b"\xef\xbb\xbf" + data,
                data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :],
                data.decode().encode("utf-16"),
                data[:at],
            )
        )
    return data


def fate(path: Path) -> str:
    """How reading and explaining a configuration ended."""
    try:
        for _ in explain(read(path)):
            pass
    except MillsightError as error:
        str(error)
        return REFUSED
    except Exception as error:
        return f"{FAULT} {type(error).__name__}: {error}"
    return READ


@click.command()
@click.option("--mutants", default=1000, show_default=True, help="Spoiled files.")
@click.option("--seed", default=0, show_default=True)
def fuzz(mutants: int, seed: int) -> None:
    """Print how spoiled files ended; exits with 1 if any ended in a fault."""
    with tempfile.TemporaryDirectory() as folder:
        path, lines, more = Path(folder) / "line.toml", settings(), commented()

        def fate_of(number: int) -> str:
            path.write_bytes(spoiled(lines, more, seed, number))
            return fate(path)

        tally(mutants, seed, fate_of)


if __name__ == "__main__":
    fuzz()
