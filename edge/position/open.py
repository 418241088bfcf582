"""The source of positions that the configuration names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edge.position.base import Position
from edge.position.speed import SpeedPosition

if TYPE_CHECKING:
    from edge.config.line import LineConfig
    from edge.config.position import PositionConfig


def open_position(line: LineConfig, position: PositionConfig, *, counts: bool) -> Position:
    """The source that ``[position]`` asks for.

    Args:
        line: Speed and size of the strip's frames.
        position: The source.
        counts: Whether the camera numbers its frames itself; true for one that waits.

    Raises:
        ConfigError: The encoder's counts cannot be listened for at that address.
    """
    if position.source == "speed" or position.mm_per_count is None:
        return SpeedPosition(
            speed_m_s=line.speed_m_s,
            mm_per_line=line.along_mm,
            counts=counts,
            lines=line.lines_per_frame,
        )
    from edge.position.encoder import EncoderPosition
    from edge.position.encoder_feed import EncoderFeed

    feed = EncoderFeed(position.feed, counter_bits=position.counter_bits) if position.feed else None
    return EncoderPosition(
        mm_per_count=position.mm_per_count,
        counter_bits=position.counter_bits,
        mm_per_line=line.along_mm,
        speed_m_s=line.speed_m_s,
        counts=counts,
        lines=line.lines_per_frame,
        max_m_s=position.max_m_s,
        feed=feed,
    )
