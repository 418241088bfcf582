"""Numbers as an engine gives them: as they are, or as steps of a scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Quantized:
    """An array that is decoded only where it is looked at.

    Attributes:
        values: Of any shape and dtype.
        scale: A number is ``(value - zero) * scale``; 0.0 means that the values are the numbers.
        zero: The value that stands for 0.
    """

    values: NDArray[Any]
    scale: float = 0.0
    zero: int = 0

    @property
    def shape(self) -> tuple[int, ...]:
        return self.values.shape

    @property
    def finite(self) -> bool:
        """Whether all are numbers; whole ones always are."""
        return self.values.dtype.kind in "iu" or bool(np.isfinite(self.values).all())

    def decoded(self) -> NDArray[np.float32]:
        """The numbers; float32 values come back as they are, not copied."""
        numbers = self.values.astype(np.float32, copy=False)
        if not self.scale:
            return numbers
        return (numbers - np.float32(self.zero)) * np.float32(self.scale)
