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
from export.compare.evidence import RungEvidence, standing
from export.compare.instance_comparison import (
    FIRM,
    describe_makes,
    hold_rungs,
    look_rungs,
)
from export.compare.instance_heads import Make
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
MAKES = {rung: Make("tflite").like(rung) for rung in LADDER}
HALF, ONNX, SIGNED = NAMED["tflite-float16"], NAMED["onnx-int8"], NAMED["onnx-int8-s8s8"]


class Networks:
    """Networks that miss so many of 160 defects in some rungs, and do not run in others."""

    def __init__(self, misses: dict[Rung, int], failing: tuple[Rung, ...] = ()) -> None:
        card = SimpleNamespace(masks=True, classes=CLASSES)
        self.run: Any = SimpleNamespace(card=card)
        self.looked: list[Rung] = []
        self._misses, self._failing = misses, failing

    def look(self, make: Make, *_: Any) -> list[list[FoundInstance]]:
        rung = Rung(make.format, make.pyramid)
        self.looked.append(rung)
        if rung in self._failing:
            raise EngineError("LiteRT does not know the operation", "Use another")
        missed = self._misses.get(rung, 0)
        return [[] if i < missed else [found(b[0], 0.9, *b[1:])] for i, b in enumerate(BOXES)]


def judged(networks: Any, proofs: dict[Rung, RungEvidence], split: str = "val") -> list[Any]:
    """Look and hold, and what was shown."""
    shown: list[Any] = []
    seen = look_rungs(networks, proofs, MAKES, split, SAMPLES, None, Silent())  # type: ignore[arg-type]
    hold_rungs(proofs, seen, split, Margins(), Silent(), shown.append, masks=True)
    return shown


def proofs(*rungs: Rung) -> dict[Rung, RungEvidence]:
    return {rung: RungEvidence(rung) for rung in LADDER if rung in {EXACT, REQUIRED, *rungs}}


def test_a_rung_that_is_worse_or_does_not_run_is_refused_by_name() -> None:
    given = proofs(HALF, ONNX, SIGNED)
    judged(Networks({ONNX: 40}, failing=(HALF,)), given)
    assert standing(given) == [EXACT, REQUIRED, SIGNED]
    assert given[HALF].refused == "LiteRT does not know the operation"
    assert "worse than float on val" in (given[ONNX].refused or "")
    assert given[ONNX].counted("val")["worse"] == 2
    assert given[SIGNED].counted("val")["worse"] == 0


def test_what_is_refused_on_val_is_not_looked_at_on_the_holdout() -> None:
    given, networks = proofs(ONNX), Networks({ONNX: 40})
    judged(networks, given)
    networks.looked.clear()
    shown = judged(networks, given, "holdout")
    assert networks.looked == [EXACT, REQUIRED]
    assert shown[0].title == "shrunk instance networks against float on the holdout"
    assert set(given[ONNX].differences) == {"val"}


@pytest.mark.parametrize("rung", [r for r in FIRM if r != EXACT], ids=str)
@pytest.mark.parametrize("broken", [False, True])
def test_without_a_firm_rung_there_is_no_export(rung: Rung, broken: bool) -> None:
    failing = (rung,) if broken else ()
    with pytest.raises(EngineError if broken else ExportGateError):
        judged(Networks({rung: 40}, failing), proofs(rung))


def test_what_was_found_before_is_not_looked_for_again() -> None:
    networks: Any = Networks({})
    one = look_rungs(networks, proofs(), MAKES, "val", SAMPLES, None, Silent())  # type: ignore[arg-type]
    networks.looked.clear()
    look_rungs(networks, proofs(ONNX), MAKES, "val", SAMPLES, None, Silent(), one)  # type: ignore[arg-type]
    assert networks.looked == [ONNX]


def test_a_rung_is_described_by_the_files_that_it_runs_in() -> None:
    whole = Rung("tflite", "float32")
    head = SimpleNamespace(
        forms={whole: b"whole head", REQUIRED: b"head"}, parity={whole: 0.0, REQUIRED: 0.2}
    )
    networks: Any = SimpleNamespace(
        forms=SimpleNamespace(named={"box head": head}),
        used=lambda make: {"box head": Rung(make.format, make.box_head)},
    )
    given = proofs()
    describe_makes(networks, given, {REQUIRED: Make("tflite", box_head="float32")})
    assert given[REQUIRED].sizes == {"box head": len(b"whole head")}
    assert given[REQUIRED].parity == {"box head": 0.0}


def test_the_ladder_has_a_row_for_every_rung() -> None:
    given = proofs(HALF, ONNX, SIGNED)
    judged(Networks({ONNX: 40}), given)
    for rung, proof in given.items():
        proof.sizes["box head"] = 2048
        proof.latency["box head"] = Latency(1.0, 2.0, 1.0 if rung == EXACT else 0.5, 9)
    given[SIGNED].refused = "box head: it does not convert"
    console = Console(file=io.StringIO(), width=140)
    console.print(instances_ladder_table(given, "val"))
    text = console.file.getvalue()
    for rung in given:
        assert str(rung) in text
    for words in ("the measure", "2 held", "box AP50", "0.50", "refused: box head: it does not"):
        assert words in text
