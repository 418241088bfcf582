"""Rungs of the instance networks: which stand, which are refused, and why."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from edge.core.errors import EngineError, ExportGateError
from edge.vision.instances.found_instance import FoundInstance
from export.choose.form_tables import instances_ladder_table
from export.compare.evidence import RungFiles, SplitComparison, assemble, not_refused
from export.compare.instance_comparison import (
    MANDATORY_RUNGS,
    compare_instance_rungs,
    find_instances,
    rung_network_files,
)
from export.compare.instance_heads import NetworkFormats
from export.compare.instance_non_inferiority import ApDifference
from export.convert.forms import (
    EXACT,
    LADDER,
    NAMED,
    REQUIRED,
    Rung,
)
from export.score.latency import Latency
from export.settings import Margins
from tests.export.toy import Silent
from tests.train.evaluate.instances.made import CLASSES, found, label, sample

N = 160
BOXES = [(i % 2, 4 * (i % 8), 2, 3, 6) for i in range(N)]
SAMPLES = [sample(label(*box), group=f"group {i}") for i, box in enumerate(BOXES)]
MAKES = {rung: NetworkFormats("tflite").for_rung(rung) for rung in LADDER}
HALF, ONNX, SIGNED = NAMED["tflite-float16"], NAMED["onnx-int8"], NAMED["onnx-int8-s8s8"]


class Networks:
    """Networks that miss so many of 160 defects in some rungs, and do not run in others."""

    def __init__(self, misses: dict[Rung, int], failing: tuple[Rung, ...] = ()) -> None:
        card = SimpleNamespace(masks=True, classes=CLASSES)
        self.run: Any = SimpleNamespace(card=card)
        self.looked: list[Rung] = []
        self._misses, self._failing = misses, failing

    def candidates(self, formats: NetworkFormats, *_: Any) -> list[list[FoundInstance]]:
        rung = Rung(formats.format, formats.pyramid)
        self.looked.append(rung)
        if rung in self._failing:
            raise EngineError("LiteRT does not know the operation", "Use another")
        missed = self._misses.get(rung, 0)
        return [[] if i < missed else [found(b[0], 0.9, *b[1:])] for i, b in enumerate(BOXES)]


def rung_formats(*rungs: Rung) -> dict[Rung, NetworkFormats]:
    return {rung: MAKES[rung] for rung in LADDER if rung in {EXACT, REQUIRED, *rungs}}


def judged(
    networks: Any, given: dict[Rung, NetworkFormats], split: str = "val"
) -> tuple[SplitComparison[ApDifference], dict[Rung, str], list[Any]]:
    """The comparison, every refusal, and what was shown."""
    shown: list[Any] = []
    seen = find_instances(networks, given, split, SAMPLES, None, Silent())  # type: ignore[arg-type]
    found = compare_instance_rungs(
        seen.judged, split, Margins(), Silent(), shown.append, masks=True
    )
    return found, {**seen.refused, **found.refused}, shown


def worse(found: SplitComparison[ApDifference], rung: Rung) -> int:
    return [difference.verdict for difference in found.differences[rung]].count("worse")


def test_a_rung_that_is_worse_or_does_not_run_is_refused_by_name() -> None:
    given = rung_formats(HALF, ONNX, SIGNED)
    found, refused, _ = judged(Networks({ONNX: 40}, failing=(HALF,)), given)
    assert not_refused(given, refused) == [EXACT, REQUIRED, SIGNED]
    assert refused[HALF] == "LiteRT does not know the operation"
    assert "worse than float on val" in refused[ONNX]
    assert worse(found, ONNX) == 2
    assert worse(found, SIGNED) == 0


def test_the_holdout_is_named_by_the_comparison() -> None:
    networks = Networks({})
    _, _, shown = judged(networks, rung_formats(), "holdout")
    assert networks.looked == [EXACT, REQUIRED]
    assert shown[0].title == "quantized instance networks against float on the holdout"


@pytest.mark.parametrize("rung", [r for r in MANDATORY_RUNGS if r != EXACT], ids=str)
@pytest.mark.parametrize("broken", [False, True])
def test_without_a_firm_rung_there_is_no_export(rung: Rung, broken: bool) -> None:
    failing = (rung,) if broken else ()
    with pytest.raises(EngineError if broken else ExportGateError):
        judged(Networks({rung: 40}, failing), rung_formats(rung))


def test_what_was_found_before_is_not_looked_for_again() -> None:
    networks: Any = Networks({})
    one = find_instances(networks, rung_formats(), "val", SAMPLES, None, Silent())  # type: ignore[arg-type]
    networks.looked.clear()
    find_instances(networks, rung_formats(ONNX), "val", SAMPLES, None, Silent(), one.judged)  # type: ignore[arg-type]
    assert networks.looked == [ONNX]


def test_a_rung_is_described_by_the_files_that_it_runs_in() -> None:
    whole = Rung("tflite", "float32")
    head = SimpleNamespace(
        forms={whole: b"whole head", REQUIRED: b"head"}, parity={whole: 0.0, REQUIRED: 0.2}
    )
    networks: Any = SimpleNamespace(
        forms=SimpleNamespace(named={"box head": head}),
        forms_used=lambda formats: {"box head": Rung(formats.format, formats.box_head)},
    )
    files = rung_network_files(networks, {REQUIRED: NetworkFormats("tflite", box_head="float32")})
    assert files[REQUIRED].sizes == {"box head": len(b"whole head")}
    assert files[REQUIRED].parity == {"box head": 0.0}


def test_the_ladder_has_a_row_for_every_rung() -> None:
    wanted = rung_formats(HALF, ONNX, SIGNED)
    found, refused, _ = judged(Networks({ONNX: 40}), wanted)
    given = assemble(
        {rung: RungFiles(sizes={"box head": 2048}) for rung in wanted},
        {**refused, SIGNED: "box head: it does not convert"},
        "val",
        found,
        latency={r: {"box head": Latency(1, 2, 1.0 if r == EXACT else 0.5, 9)} for r in wanted},
    )
    console = Console(file=io.StringIO(), width=140)
    console.print(instances_ladder_table(given, "val"))
    text = console.file.getvalue()
    for rung in given:
        assert str(rung) in text
    for words in ("the reference", "2 held", "box AP50", "0.50", "refused: box head: it does not"):
        assert words in text
