"""Conversion of a network to every form: its files, or the reason for a missing one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from edge.core.errors import (
    EngineError,
    ExportGateError,
    MissingExtraError,
)
from export.convert import every_form, parity
from export.convert.every_form import ConvertedForms, convert_to
from export.convert.forms import (
    EXACT,
    NAMED,
    REQUIRED,
    Rung,
)
from tests.export.toy import Silent

HALF, ONNX = NAMED["tflite-float16"], NAMED["onnx-float32"]
INPUTS = np.zeros((4, 8, 8), np.uint8)


def converted(
    monkeypatch: pytest.MonkeyPatch,
    faults: dict[Rung, Exception],
    off: float = 0.0,
    required: tuple[Rung, ...] = (EXACT,),
) -> ConvertedForms:
    """Networks that say so much else than Keras, from a converter with some faults."""

    def convert_rung(rung: Rung, *_: Any) -> bytes:
        if rung in faults:
            raise faults[rung]
        return str(rung).encode()

    monkeypatch.setattr(every_form, "convert_rung", convert_rung)
    for module in (every_form, parity):
        monkeypatch.setattr(module, "largest_difference", lambda *_: off)
    return convert_to(
        (EXACT, ONNX, HALF, REQUIRED),
        None,
        INPUTS,
        Silent(),
        name="toy",
        what="the toy",
        required=required,
    )


def test_every_rung_that_can_be_had_comes_with_its_parity(monkeypatch: pytest.MonkeyPatch) -> None:
    found = converted(monkeypatch, {}, off=1e-5)
    assert found.forms[HALF] == b"tflite float16"
    assert set(found.parity.values()) == {1e-5}
    assert found.refused == {}


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (EngineError("no engine runs it", "Use another"), "no engine runs it"),
        (ValueError("op not supported\nat line 3"), "it cannot be converted: op not supported"),
        (RuntimeError(), "it cannot be converted: RuntimeError"),
    ],
)
def test_what_cannot_be_had_is_left_out_with_its_reason(
    error: Exception, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = converted(monkeypatch, {HALF: error})
    assert found.refused == {HALF: says}
    assert set(found.forms) == {EXACT, ONNX, REQUIRED}
    with pytest.raises(type(error)):
        converted(monkeypatch, {HALF: error}, required=(EXACT, HALF))


def test_a_missing_converter_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MissingExtraError):
        converted(monkeypatch, {ONNX: MissingExtraError("no tf2onnx", "Install it")})


def test_a_float_file_that_computes_something_else_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = converted(monkeypatch, {}, off=0.02, required=())
    assert "differs from Keras by 2.00%" in found.refused[ONNX]
    assert set(found.forms) == {HALF, REQUIRED}
    with pytest.raises(ExportGateError, match="the toy converted to tflite differs"):
        converted(monkeypatch, {}, off=0.02)
