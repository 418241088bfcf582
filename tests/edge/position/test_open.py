"""The configuration names the source of positions."""

from __future__ import annotations

from edge.config.line import LineConfig
from edge.config.position import PositionConfig
from edge.position.encoder import EncoderPosition
from edge.position.open import open_feed, open_position
from edge.position.speed import SpeedPosition


def test_by_itself_it_is_the_speed():
    assert isinstance(open_position(LineConfig(), PositionConfig(), counts=True), SpeedPosition)


def test_an_encoder_s_counts_may_come_by_a_feed_that_closes_with_it():
    config = PositionConfig(source="encoder", mm_per_count=0.1, feed="udp://127.0.0.1:0")
    feed = open_feed(config)
    position = open_position(LineConfig(), config, counts=True, feed=feed)
    assert isinstance(position, EncoderPosition)
    assert feed is not None
    position.close()
    assert not feed._thread.is_alive()


def test_without_an_encoder_nothing_is_listened_for():
    assert open_feed(PositionConfig()) is None
