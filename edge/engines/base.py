"""What every inference engine is, and how one is chosen."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from importlib import import_module

import numpy as np
from numpy.typing import NDArray

from edge.errors import EngineError


class Engine(ABC):
    """One model, loaded and ready to run on this device.

    Attributes:
        name: What the engine is called in reports.
        threads: How many threads it may use.
    """

    name: str
    threads: int

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
        """Logits as ``run`` gives them, and maps of where they are from.

        Maps are [n, rows, columns, outputs], or None where the model or the engine has none.
        """
        return self.run(batch), None


_ENGINES = {
    "litert": "edge.engines.litert:LiteRTEngine",
    "tflite": "edge.engines.litert:TFLiteRuntimeEngine",
}
"""Engines by name, as ``module:class``, in order of preference."""


def open_engine(model: bytes, *, name: str | None = None, threads: int = 2) -> Engine:
    """Load a model in the engine ``name``, or in the first one that is installed.

    Raises:
        EngineError: There is no such engine, none is installed, or the model does not load.
    """
    if name is not None and name not in _ENGINES:
        raise EngineError(f"there is no engine {name!r}", f"Choose one of: {', '.join(_ENGINES)}")
    broken: list[str] = []
    for candidate in [name] if name else _ENGINES:
        module, _, attribute = _ENGINES[candidate].partition(":")
        kind: Callable[..., Engine] = getattr(import_module(module), attribute)
        try:
            return kind(model, threads=threads)
        except ModuleNotFoundError:
            continue
        except ImportError as error:
            broken.append(f"the engine {candidate} is installed and does not load: {error}")
    if broken:
        raise EngineError("; ".join(broken), "Install it again for this Python and NumPy")
    raise EngineError(
        f"the engine {name or 'litert'} is not installed on this device",
        "Install it: pip install ai-edge-litert, or pip install 'millsight[tflite]' on armv7",
    )
