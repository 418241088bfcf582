"""``[position]``: the source of positions on the coil."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from edge.config.feed_address import parse_feed_address
from edge.core.errors import ConfigError


class PositionConfig(BaseModel):
    """``[position]``: the source of positions on the coil."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: Literal["speed", "encoder"] = Field(
        default="speed",
        description="Source of positions: the speed in [line], or the counts of an encoder.",
    )
    mm_per_count: float | None = Field(
        default=None,
        allow_inf_nan=False,
        description="Strip in one count of the encoder; negative if it counts down (mm).",
        examples=[0.05],
    )
    counter_bits: int = Field(
        default=32,
        ge=8,
        le=64,
        description="Width of the encoder's counter, which rolls over (bits).",
    )
    feed: str | None = Field(
        default=None,
        description="Address to receive counts that do not come with the frames: udp://HOST:PORT, "
        "one decimal count per datagram.",
        examples=["udp://127.0.0.1:5577"],
    )
    max_m_s: float = Field(
        default=50.0,
        gt=0,
        allow_inf_nan=False,
        description="Highest possible speed; a larger jump is a reset of the counter (m/s).",
    )

    @model_validator(mode="after")
    def _belong_together(self) -> Self:
        if self.source == "encoder" and not self.mm_per_count:
            raise ValueError('source = "encoder" needs mm_per_count, and not 0')
        if self.source == "speed" and (self.mm_per_count is not None or self.feed is not None):
            raise ValueError('mm_per_count and feed need source = "encoder"')
        if self.feed is not None:
            self._check_address(self.feed)
        return self

    @staticmethod
    def _check_address(feed: str) -> None:
        try:
            parse_feed_address(feed)
        except ConfigError as error:
            raise ValueError(str(error)) from None
