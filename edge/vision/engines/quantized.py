"""Arrays as engines return them: plain numbers, or quantized with scale and zero point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Quantized:
    """An array that is decoded only when it is read.

    Attributes:
        values: The stored values, of any shape and dtype.
        scale: A number is ``(value - zero) * scale``; with a scale of 0.0 the values are the
            numbers.
        zero: The stored value of the number 0.
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
        """The numbers as float32; float32 values are returned without a copy."""
        numbers = self.values.astype(np.float32, copy=False)
        if not self.scale:
            return numbers
        return (numbers - np.float32(self.zero)) * np.float32(self.scale)
