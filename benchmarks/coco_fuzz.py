"""What the readers make of spoiled COCO files: a listed finding or a refusal, never a fault.

    python -m benchmarks.coco_fuzz --mutants 1000

A small data set's annotation file is spoiled at one to three places, as values or as bytes, and
given to ``data check``. It counts what was sound, listed and refused, and what ended otherwise:
a traceback, or a value that cannot be printed. Mutant number n of a seed is always the same.
"""

from __future__ import annotations

import copy
import json
import os
import random
import tempfile
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import click
import numpy as np

from benchmarks.fuzz_tally import FAULT, tally
from edge.core.errors import MillsightError
from edge.core.images import write_image
from train.data.check import check_data
from train.data.printed import print_check

SOUND, LISTED, REFUSED = "sound", "listed", "refused"
FILE = "instances_val.json"

VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 7, 1.0, 1.5, -0.0, 1e-300, 1e308, float("inf"), float("nan")),
    *(10**30, -(10**400), 2**31, 2**63, "", " ", "1", "1.0", "x", "a\\b.png", "../../etc/passwd"),
    *("/etc/passwd", "C:\\images\\1.png", "\x1b]52;c;eA==\x07", "\ud800", "e\u0301", "n" * 300),
    *("a/" * 200, "a\x00b.png", [], [[]], [1], [[1, 2, 3, 4, 5, 6]], {}, {"size": [48, 64]}),
    *({"size": [48, 64], "counts": "P`0"}, {"size": [10**9, 10**9], "counts": [10**18]}),
    *([[1e9] * 6], [["x"] * 6], [[None] * 6], [10, 8, 1e30, 1e30], [float("nan")] * 4),
)
"""What is put in the place of a value."""


def write_set(root: Path) -> str:
    """Write the pictures of the data set; returns its annotation file's text, unspoiled."""
    square = [10, 8, 30, 8, 30, 24, 10, 24]
    images, annotations = [], []
    for number in range(1, 5):
        name = f"{'coil/' if number > 2 else ''}{number}.png"
        pixels = np.random.default_rng(number).integers(40, 200, (48, 64), dtype=np.uint8)
        (root / "images" / name).parent.mkdir(parents=True, exist_ok=True)
        write_image(root / "images" / name, pixels)
        images.append({"id": number, "file_name": name, "width": 64, "height": 48})
        annotations.append(
            {
                "id": number,
                "image_id": number,
                "category_id": 1 + number % 2,
                "bbox": [10, 8, 20, 16],
                "iscrowd": int(number == 4),
                "segmentation": [square] if number % 2 else {"size": [48, 64], "counts": [100, 9]},
            }
        )
    annotations[1]["segmentation"] = {"size": [48, 64], "counts": [500, 16, 2556]}
    annotations[3]["segmentation"] = []
    categories = [{"id": 1, "name": "pit"}, {"id": 2, "name": "dent", "supercategory": "x"}]
    document = {"info": {}, "licenses": [], "images": images, "annotations": annotations}
    return json.dumps({**document, "categories": categories})


def spoiled(text: str, seed: int, number: int) -> bytes:
    """Mutant ``number`` of a seed."""
    rng = random.Random(f"{seed} {number}")
    if rng.random() < 0.2:
        return _spoiled_bytes(text.encode(), rng)
    document = json.loads(text)
    for _ in range(rng.randint(1, 3)):
        _spoil_value(document, rng)
    # A lone surrogate is escaped, as JSON can have it.
    return json.dumps(document).encode()


def _spoiled_bytes(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data))
    return rng.choice(
        (
            data[:at],
            b"\xef\xbb\xbf" + data,
            data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :],
            data.replace(b'"id": 1', b'"id": ' + b"9" * 5000, 1),
            data.replace(b"[", b"[" * 2000, 1),
            data.decode().encode("utf-16"),
        )
    )


def _spoil_value(document: Any, rng: random.Random) -> None:
    """Replace, delete or repeat a value somewhere inside."""
    node = document
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        if not keys:
            return
        key = rng.choice(keys)
        inner = node[key]
        if isinstance(inner, dict | list) and inner and rng.random() < 0.85:
            node = inner
            continue
        break
    match rng.randrange(4):
        case 0:
            del node[key]
        case 1 if isinstance(node, list):
            node.append(copy.deepcopy(rng.choice(node)))
        case _:
            node[key] = copy.deepcopy(rng.choice(VALUES))


def fate(root: Path) -> str:
    """How ``data check`` ended on a folder."""
    try:
        report = check_data(root)
        print_check(report)
        json.dumps(report.to_json())
    except MillsightError:
        return REFUSED
    except Exception as error:
        return f"{FAULT} {type(error).__name__}: {error}"
    return LISTED if report.errors else SOUND


@click.command()
@click.option("--mutants", default=1000, show_default=True, help="Spoiled files.")
@click.option("--seed", default=0, show_default=True)
def fuzz(mutants: int, seed: int) -> None:
    """Print how spoiled files ended; exits with 1 if any ended in a fault."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        text = write_set(root)

        def fate_of(number: int) -> str:
            (root / FILE).write_bytes(spoiled(text, seed, number))
            with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere):
                return fate(root)

        tally(mutants, seed, fate_of)


if __name__ == "__main__":
    fuzz()
