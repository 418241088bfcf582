"""What a network's file is by its first bytes."""

from __future__ import annotations


def model_format(model: bytes) -> str | None:
    """``TFLite`` or ``ONNX`` by a model's first bytes; None where they are of neither."""
    if model[4:8] == b"TFL3":
        return "TFLite"
    # An ONNX file has no mark of its own, but every writer of one begins with its version's field.
    return "ONNX" if model[:1] == b"\x08" else None
