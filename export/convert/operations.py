"""Operations of a TFLite file, and an interpreter that preserves their outputs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from export.convert.quantization import Layers, layer_of


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation.

    Attributes:
        layer: Its Keras layer; the output's name if that is unknown.
        output: Index of its output tensor; the first if there are several.
        name: Name of that tensor.
        inputs: Indices of its input tensors, weights included.
    """

    layer: str
    output: int
    name: str
    inputs: tuple[int, ...]


def preserving_interpreter(content: bytes) -> Any:
    """LiteRT's interpreter of a file, allocated, that preserves all tensors."""
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    interpreter = Interpreter(
        model_content=content,
        experimental_preserve_all_tensors=True,
        experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    )
    interpreter.allocate_tensors()
    return interpreter


def operations(interpreter: Any, layers: Layers) -> Iterator[Operation]:
    """The operations of a file in execution order.

    Args:
        interpreter: Interpreter from ``preserving_interpreter``.
        layers: Layers of the network.
    """
    for details in interpreter._get_ops_details():
        output = int(details["outputs"][0])
        inputs = tuple(int(n) for n in details["inputs"] if n >= 0)
        name, *others = (interpreter._get_tensor_details(n, 0)["name"] for n in (output, *inputs))
        layer = layer_of([name], layers) or layer_of(others[1:], layers) or name
        yield Operation(layer, output, name, inputs)
