"""The configuration: a TOML file, typed, with a description and unit for every key.

Each section has a module of its own; ``read`` reports every fault with its line.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edge.config.bundle import BundleConfig
from edge.config.camera import CameraConfig
from edge.config.coil import CoilConfig, DispositionRule
from edge.config.example import example_of
from edge.config.keys import model_in
from edge.config.ledger import LedgerConfig
from edge.config.line import LineConfig
from edge.config.log import LogConfig
from edge.config.outputs import CsvConfig, JsonlConfig, MetricsConfig, MqttConfig, PicturesConfig
from edge.config.position import PositionConfig
from edge.config.read import FaultyConfigError, read_as
from edge.config.section import Section
from edge.core.redaction import hide_secrets

__all__ = ["Config", "FaultyConfigError", "example", "overlaid", "read"]


class Config(Section):
    """The whole configuration. An output whose section is None is off."""

    line: LineConfig = LineConfig()
    position: PositionConfig = PositionConfig()
    camera: CameraConfig = CameraConfig()
    bundle: BundleConfig = BundleConfig()
    coil: CoilConfig = CoilConfig()
    disposition: tuple[DispositionRule, ...] = ()
    ledger: LedgerConfig | None = None
    jsonl: JsonlConfig | None = None
    csv: CsvConfig | None = None
    pictures: PicturesConfig | None = None
    mqtt: MqttConfig | None = None
    metrics: MetricsConfig | None = None
    log: LogConfig | None = None


def read(path: Path) -> Config:
    """Read a configuration file.

    Raises:
        MissingPathError: There is no such file.
        FaultyConfigError: It is not TOML, or a key is unknown, missing or out of range.
        ConfigError: It cannot be read.
    """
    return read_as(Config, path)


def overlaid(config: Config, given: Mapping[str, Mapping[str, Any]]) -> Config:
    """A configuration with some values replaced; a section that was None is created.

    Args:
        config: The original configuration.
        given: Values by section and key, of the right types; None keeps the original value.
    """
    hide_secrets({name: dict(keys) for name, keys in given.items()})
    sections = {}
    for name, keys in given.items():
        values = {key: value for key, value in keys.items() if value is not None}
        section, model = getattr(config, name), model_in(Config.model_fields[name].annotation)
        if values and section is not None:
            sections[name] = section.model_copy(update=values)
        elif values and model is not None:
            sections[name] = model(**values)
    return config.model_copy(update=sections)


def example() -> str:
    """A complete configuration with every key, its unit and its default."""
    return example_of(Config)
