"""Opens the position source of the configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edge.position.base import Position
from edge.position.speed import SpeedPosition

if TYPE_CHECKING:
    from edge.config.line import LineConfig
    from edge.config.position import PositionConfig
    from edge.position.encoder_feed import EncoderFeed


def open_feed(position: PositionConfig) -> EncoderFeed | None:
    """Open the feed of encoder counts; None if none come over the network.

    Raises:
        ConfigError: The address cannot be used.
    """
    if position.source == "speed" or position.mm_per_count is None or position.feed is None:
        return None
    from edge.position.encoder_feed import EncoderFeed

    return EncoderFeed(position.feed, counter_bits=position.counter_bits)


def open_position(
    line: LineConfig, position: PositionConfig, *, counts: bool, feed: EncoderFeed | None = None
) -> Position:
    """Open the source that ``[position]`` configures.

    Args:
        line: Speed of the strip and size of frames.
        position: Configuration of the source.
        counts: Whether the camera numbers its frames itself; True for one that is not live.
        feed: Provides encoder counts separate from the frames (``open_feed``); closed with it.
    """
    if position.source == "speed" or position.mm_per_count is None:
        return SpeedPosition(
            speed_m_s=line.speed_m_s,
            mm_per_line=line.along_mm,
            counts=counts,
            lines=line.lines_per_frame,
        )
    from edge.position.encoder import EncoderPosition

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
