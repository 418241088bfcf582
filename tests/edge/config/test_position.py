"""``[position]`` says at once what does not fit together."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from edge.config.position import PositionConfig


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"source": "encoder"}, "needs mm_per_count"),
        ({"source": "encoder", "mm_per_count": 0.0}, "needs mm_per_count"),
        ({"mm_per_count": 0.1}, 'need source = "encoder"'),
        ({"feed": "udp://127.0.0.1:5577"}, 'need source = "encoder"'),
        ({"source": "encoder", "mm_per_count": 0.1, "feed": "5577"}, "udp://HOST:PORT"),
        ({"source": "wheel"}, "speed"),
        ({"counter_bits": 4}, "greater than or equal to 8"),
        ({"conter_bits": 16}, "conter_bits"),
    ],
)
def test_what_makes_no_sense_is_refused(settings, says):
    with pytest.raises(ValidationError, match=says):
        PositionConfig(**settings)


def test_an_intact_bundle_is_accepted():
    config = PositionConfig(source="encoder", mm_per_count=-0.05, feed="udp://0.0.0.0:5577")
    assert (config.counter_bits, config.mm_per_count) == (32, -0.05)
