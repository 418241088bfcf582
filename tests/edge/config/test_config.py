"""The configuration as a whole: every key is explained, and options go before the file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from edge.config import Config, example, overlaid, read
from edge.config.keys import keys_of, sections_of

EXCLUSIVE = ("password_env", "mm_per_count", "feed")
"""Keys that only make sense without, or with, another one."""


def test_the_example_is_the_defaults(tmp_path):
    path = tmp_path / "example.toml"
    path.write_text(example())
    assert read(path) == Config()


def test_the_example_with_its_keys_on_is_right(tmp_path):
    path = tmp_path / "example.toml"
    text = re.sub(r"^#(?! )", "", example(), flags=re.MULTILINE)
    text = text.replace("tls = false", "tls = true")
    path.write_text(re.sub(rf"^({'|'.join(EXCLUSIVE)}) =", r"#\1 =", text, flags=re.MULTILINE))
    config = read(path)
    assert None not in (config.ledger, config.jsonl, config.csv, config.mqtt, config.metrics)
    assert config.camera.faults is not None
    assert config.disposition[0].class_name == "scratch"


def every_key(model, before=()):
    for name, section in sections_of(model):
        yield from every_key(section, (*before, name))
    for name, field in keys_of(model).items():
        if before:
            yield ".".join((*before, name)), field


@pytest.mark.parametrize(("key", "field"), every_key(Config), ids=lambda value: str(value)[:40])
def test_every_key_is_described_with_its_unit(key, field):
    assert field.description and field.description.endswith(".")
    name = key.rpartition(".")[2]
    # A unit that a key's name ends with is also in words.
    for ending, unit in (
        ("_ms", "ms"),
        ("_s", "s"),
        ("_mm", "mm"),
        ("_mb", "MB"),
        ("_days", "days"),
    ):
        if name.endswith(ending) and not name.endswith("m_s"):
            assert f"({unit})" in field.description


def test_options_go_before_the_file():
    config = Config()
    over = overlaid(
        config,
        {
            "line": {"speed_m_s": 3.0, "mm_per_px": None},
            "ledger": {"path": Path("l.sqlite")},
            "pictures": {"folder": None, "limit": None},
        },
    )
    assert (over.line.speed_m_s, over.line.mm_per_px) == (3.0, 0.5)
    assert over.ledger.path == Path("l.sqlite")
    assert over.pictures is None
    assert config == Config()
