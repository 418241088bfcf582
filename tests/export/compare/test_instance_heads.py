"""A head is packed in int8 only where that costs next to nothing."""

from __future__ import annotations

import io
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from edge.vision.instances.found_instance import FoundInstance
from export.compare.instance_heads import (
    NetworkFormats,
    last_kept,
    trials_table,
    try_heads,
)
from export.convert.forms import NAMED
from tests.train.evaluate.instances.made import CLASSES, found, label, sample

BOXES = [(index, 2 * i % 30, 2, 3, 6) for i, index in enumerate([0, 1] * 100)]
SAMPLES = [sample(label(*box)) for box in BOXES]


class Networks:
    """Networks that miss so many of 200 defects for each head that is int8."""

    def __init__(self, misses: Mapping[str, int]) -> None:
        self.run: Any = SimpleNamespace(
            card=SimpleNamespace(masks="mask_head" in misses, classes=CLASSES)
        )
        self.heads = tuple(misses)
        self._misses = misses

    def candidates(self, formats: NetworkFormats, *_: Any) -> list[list[FoundInstance]]:
        shrunk = [head for head in self.heads if getattr(formats, head) == "int8"]
        missed = sum(self._misses[head] for head in shrunk)
        return [[] if i < missed else [found(b[0], 0.9, *b[1:])] for i, b in enumerate(BOXES)]


@pytest.mark.parametrize(
    ("misses", "box_head", "mask_head"),
    [
        ({"box_head": 0, "mask_head": 0}, "int8", "int8"),
        ({"box_head": 20, "mask_head": 0}, "float32", "int8"),
        ({"box_head": 0, "mask_head": 20}, "int8", "float32"),
        ({"box_head": 20, "mask_head": 20}, "float32", "float32"),
        ({"box_head": 0}, "int8", "float32"),
    ],
)
def test_a_head_that_loses_stays_in_float(
    misses: dict[str, int], box_head: str, mask_head: str
) -> None:
    networks: Any = Networks(misses)
    trials = try_heads(networks, "tflite", SAMPLES, None, None)  # type: ignore[arg-type]
    assert len(trials) == 1 + len(misses)
    chosen = last_kept(trials)
    assert chosen.formats == NetworkFormats("tflite", "int8", box_head, mask_head)  # type: ignore[arg-type]
    assert len(chosen.found) == len(SAMPLES)


@pytest.mark.parametrize(
    ("rung", "formats"),
    [
        ("onnx-int8-s8s8", NetworkFormats("onnx", "int8-s8s8", "float32", "int8-s8s8")),
        ("onnx-int8", NetworkFormats("onnx", "int8", "float32", "int8")),
        ("tflite-float16", NetworkFormats("tflite", "float16", "float16", "float16")),
        ("tflite-float32", NetworkFormats("tflite", "float32", "float32", "float32")),
    ],
)
def test_a_head_that_loses_by_8_bits_stays_in_float_in_every_rung_of_8_bits(
    rung: str, formats: NetworkFormats
) -> None:
    found = NetworkFormats(formats.format, box_head="float32", mask_head="int8")
    assert found.for_rung(NAMED[rung]) == formats


def test_the_table_says_what_was_tried_and_what_came_of_it() -> None:
    networks: Any = Networks({"box_head": 20, "mask_head": 0})
    console = Console(file=io.StringIO(), width=100)
    trials = try_heads(networks, "onnx", SAMPLES, None, None)  # type: ignore[arg-type]
    console.print(trials_table(trials))
    text = console.file.getvalue()
    for words in ("onnx", "box AP50", "1.000", "loses 0.", "kept", "0.005"):
        assert words in text
