"""Which engines are installed, as the doctor finds them."""

from __future__ import annotations

from edge.doctor.engines import engines
from edge.doctor.finding import Severity


def test_engines():
    assert engines({"litert": "2.1.0", "onnx": None}).what == "litert 2.1.0"
    lacking = engines({"litert": None})
    assert lacking.state is Severity.FAIL and "pip install" in lacking.hint
    assert "litert" in engines().figures["versions"]
