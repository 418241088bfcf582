"""The interface of inference engines, and the choice of one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

import numpy as np
from numpy.typing import NDArray

from edge.bundle.model_format import model_format
from edge.core.errors import EngineError
from edge.vision.engines.quantized import Quantized


class Engine(ABC):
    """One model, loaded and ready to run on this device.

    Attributes:
        name: What the engine is called in reports.
        threads: How many threads it may use.
        input_shape: Of the model's input: its own batch, then lines, columns and channels.
        output_shapes: Of the model's outputs, batch included; None where they are not known.
    """

    name: str
    threads: int
    input_shape: tuple[int, ...]
    output_shapes: tuple[tuple[int, ...], ...] | None = None

    @abstractmethod
    def __init__(self, model: bytes, *, threads: int) -> None:
        """Load a model from memory.

        Raises:
            EngineError: The engine cannot read or run it.
            ImportError: The engine is not installed.
        """

    @abstractmethod
    def run(self, batch: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Logits [n, outputs] of network inputs [n, height, width] uint8 (255 is 1.0)."""

    def run_with_maps(
        self, batch: NDArray[np.uint8]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
        """Logits as ``run`` returns them, and class activation maps of them.

        Maps are [n, rows, columns, outputs], or None if the model or the engine has none.
        """
        return self.run(batch), None

    def run_tensors(self, inputs: NDArray[np.uint8] | NDArray[np.float32]) -> list[Quantized]:
        """All outputs of one invocation with the model's own batch size, still quantized.

        Outputs keep their batch dimension. Their order is that of the file, always the same for
        one file. Converters may change the order, so callers identify outputs by shape.

        Args:
            inputs: Pictures [n, height, width] uint8 (255 is 1.0), or float32 of ``input_shape``.

        Raises:
            EngineError: The inputs do not have the model's shape, or the engine failed.
        """
        raise EngineError(f"the engine {self.name} gives logits alone", "Choose another engine")


@dataclass(frozen=True, slots=True)
class _Kind:
    """An engine: the format that it reads, its class, its package and how to install it."""

    format: str
    module: str
    attribute: str
    package: str
    install: str


_ENGINES = {
    "litert": _Kind(
        "TFLite",
        "edge.vision.engines.litert",
        "LiteRTEngine",
        "ai-edge-litert",
        "pip install ai-edge-litert, or pip install 'millsight[tflite]' on armv7",
    ),
    "tflite": _Kind(
        "TFLite",
        "edge.vision.engines.litert",
        "TFLiteRuntimeEngine",
        "tflite-runtime",
        "pip install 'millsight[tflite]'",
    ),
    "onnx": _Kind(
        "ONNX",
        "edge.vision.engines.onnx",
        "OnnxEngine",
        "onnxruntime",
        "pip install 'millsight[onnx]'",
    ),
    "openvino": _Kind(
        "ONNX",
        "edge.vision.engines.openvino",
        "OpenVinoEngine",
        "openvino",
        "pip install 'millsight[openvino]'",
    ),
}
"""Engines by name, in order of preference."""


def open_engine(model: bytes, *, name: str | None = None, threads: int = 2) -> Engine:
    """Load a model in the engine ``name``, or in the first installed engine that reads its format.

    Raises:
        EngineError: There is no such engine, it reads another format, none is installed, or the
            model does not load.
    """
    if name is not None and name not in _ENGINES:
        raise EngineError(f"there is no engine {name!r}", f"Choose one of: {', '.join(_ENGINES)}")
    written = model_format(model)
    readers = [n for n, kind in _ENGINES.items() if written in (kind.format, None)]
    if name and name not in readers:
        raise EngineError(
            f"the engine {name} reads {_ENGINES[name].format}, and the model is {written}",
            f"Choose one of: {', '.join(readers)}",
        )
    broken: list[str] = []
    for candidate in [name] if name else readers:
        kind = _ENGINES[candidate]
        load: Callable[..., Engine] = getattr(import_module(kind.module), kind.attribute)
        try:
            return load(model, threads=threads)
        except ModuleNotFoundError:
            continue
        except ImportError as error:
            broken.append(f"the engine {candidate} is installed and does not load: {error}")
    if broken:
        raise EngineError("; ".join(broken), "Install it again for this Python and NumPy")
    lacking = name or readers[0]
    raise EngineError(
        f"the engine {lacking} is not installed on this device",
        f"Install it: {_ENGINES[lacking].install}",
    )


def engine_versions() -> dict[str, str | None]:
    """The version of each engine's package, by the engine's name; None if it is not installed."""
    versions: dict[str, str | None] = {}
    for name, kind in _ENGINES.items():
        try:
            versions[name] = version(kind.package)
        except PackageNotFoundError:
            versions[name] = None
    return versions


def file_format(name: str | None = None) -> str:
    """The manifest's name of the format that engine ``name`` reads; None is the first engine."""
    first = next(iter(_ENGINES.values()))
    return (_ENGINES.get(name, first) if name else first).format.lower()
