"""The source of positions that the configuration names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edge.position.base import Position
from edge.position.speed import SpeedPosition

if TYPE_CHECKING:
    from edge.config.line import LineConfig
    from edge.config.position import PositionConfig
    from edge.position.encoder_feed import EncoderFeed


def open_feed(position: PositionConfig) -> EncoderFeed | None:
    """What listens for the encoder's counts; None where none come over the network.

    Raises:
        ConfigError: The encoder's counts cannot be listened for at that address.
    """
    if position.source == "speed" or position.mm_per_count is None or position.feed is None:
        return None
    from edge.position.encoder_feed import EncoderFeed

    return EncoderFeed(position.feed, counter_bits=position.counter_bits)


def open_position(
    line: LineConfig, position: PositionConfig, *, counts: bool, feed: EncoderFeed | None = None
) -> Position:
    """The source that ``[position]`` asks for.

    Args:
        line: Speed and size of the strip's frames.
        position: The source.
        counts: Whether the camera numbers its frames itself; true for one that waits.
        feed: Gives the encoder's counts beside the frames (``open_feed``); closed with it.
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
