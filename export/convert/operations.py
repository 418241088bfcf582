"""A TFLite file's operations, and a look at what each of them makes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from export.convert.quantization import Layers, layer_of


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation.

    Attributes:
        layer: The Keras layer that it is of; its output's name where that is not known.
        made: Number of the tensor that it makes; the first where there are several.
        name: Of that tensor.
        used: Numbers of the tensors that it uses, weights among them.
    """

    layer: str
    made: int
    name: str
    used: tuple[int, ...]


def preserving(content: bytes) -> Any:
    """LiteRT's interpreter of a file, ready, that keeps every tensor for a look."""
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    interpreter = Interpreter(
        model_content=content,
        experimental_preserve_all_tensors=True,
        experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    )
    interpreter.allocate_tensors()
    return interpreter


def operations(interpreter: Any, layers: Layers) -> Iterator[Operation]:
    """The operations of a file in the order in which they run.

    Args:
        interpreter: Of ``preserving``.
        layers: Of the network.
    """
    for details in interpreter._get_ops_details():
        made, used = int(details["outputs"][0]), tuple(int(n) for n in details["inputs"] if n >= 0)
        name, *others = (interpreter._get_tensor_details(n, 0)["name"] for n in (made, *used))
        layer = layer_of([name], layers) or layer_of(others[1:], layers) or name
        yield Operation(layer, made, name, used)
