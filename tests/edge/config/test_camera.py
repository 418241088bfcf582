"""The camera's section: what can be written in it, and what is refused."""

from __future__ import annotations

import pytest

from edge.config import Config
from edge.config.camera import CameraConfig
from edge.config.read import FaultyConfigError, read_as


def reading(tmp_path, text):
    path = tmp_path / "line.toml"
    path.write_text(f"[camera]\n{text}\n", encoding="utf-8")
    return read_as(Config, path).camera


def test_without_a_word_it_is_the_simulated_one():
    camera = CameraConfig()
    assert (camera.source, camera.wait_for_it, camera.features, camera.faults) == (
        "simulated",
        False,
        None,
        None,
    )


def test_features_keep_their_types_and_order(tmp_path):
    text = 'features = { PixelFormat = "Mono8", ExposureTime = 50, Gain = 1.5, Flip = true }'
    features = reading(tmp_path, f'source = "aravis:"\n{text}').features
    assert list(features.items()) == [
        ("PixelFormat", "Mono8"),
        ("ExposureTime", 50),
        ("Gain", 1.5),
        ("Flip", True),
    ]
    assert [type(value) for value in features.values()] == [str, int, float, bool]


def test_faults_are_rates_or_frame_numbers(tmp_path):
    faults = reading(tmp_path, "faults = { drop = 0.01, black = [5, 9], vanish_s = 1.0 }").faults
    assert (faults.drop, faults.black, faults.freeze, faults.vanish_s) == (0.01, (5, 9), 0.0, 1.0)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("silence_s = 0", "silence_s"),
        ('pixel_format = "GREYS"', "pixel_format"),
        ('transport = "carrier pigeon"', '"tcp" or "udp"'),
        ("faults = { drop = 1.5 }", "drop"),
        ("faults = { drop = [-1] }", "drop"),
        ("faults = { dorp = 0.5 }", "did you mean `drop`"),
        ("features = { Gain = [1] }", "Gain"),
        ('source = ""', "source"),
        ("fsp = 5", "did you mean `fps`"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_line(tmp_path, text, told):
    with pytest.raises(FaultyConfigError) as error:
        reading(tmp_path, text)
    assert "line 2" in str(error.value)
    assert told in str(error.value)
