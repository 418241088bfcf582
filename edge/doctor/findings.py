"""All checks of ``millsight doctor``, in the order of display."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path

from edge.app.assembly import assembled, open_configured
from edge.config import Config
from edge.config.camera import CameraConfig
from edge.core.errors import MillsightError
from edge.core.time_budget import period_s
from edge.doctor.bundle import bundle
from edge.doctor.cameras import cameras
from edge.doctor.clock import clock
from edge.doctor.configuration import configuration
from edge.doctor.cpu import cpu
from edge.doctor.disk import disk
from edge.doctor.engines import engines
from edge.doctor.finding import DeviceFinding, Severity
from edge.doctor.memory import memory
from edge.doctor.speed import CHECK, Measurement, speed
from edge.doctor.temperature import (
    governor,
    temperature,
    throttling,
)

_WARM_UP_S = 1.0
"""Seconds before the measurement: models are loaded again for deferred stages."""


def findings(
    file: Path | None, config: Config, seconds: float, say: Callable[[str], None]
) -> Iterator[DeviceFinding]:
    """Run the checks one after the other; the measured run takes the longest.

    Args:
        file: The configuration file; None if there is none.
        config: The configuration of the line.
        seconds: Duration of the simulated run.
        say: Called with important messages for people.
    """
    yield configuration(file)
    yield cpu()
    yield memory()
    yield governor()
    yield clock()
    yield engines()
    yield bundle(lambda: open_configured(config.bundle, say))
    yield cameras(config.camera.source)
    for what_for, folder in _folders(config):
        yield disk(what_for, folder)
    yield _measured(config, seconds)
    # The temperature after work shows how well the processor is cooled.
    yield temperature()
    yield throttling()


def _folders(config: Config) -> Iterator[tuple[str, Path]]:
    from edge.ledger.default_path import ledger_path

    yield "ledger", ledger_path(config.ledger.path if config.ledger else None).parent
    if config.pictures is not None:
        yield "pictures", config.pictures.folder


def _measured(config: Config, seconds: float) -> DeviceFinding:
    """Run a simulated line at the configured speed, without outputs."""
    lines = config.camera.height or config.line.lines_per_frame
    simulated = Config(
        line=config.line,
        bundle=config.bundle,
        camera=CameraConfig(width=config.camera.width, height=lines),
    )
    a_second = 1.0 / period_s(lines, config.line.along_mm, config.line.speed_m_s)
    warm_up = math.ceil(_WARM_UP_S * a_second)
    try:
        with assembled(simulated, lambda text: None, listen=False) as assembly:
            measurement = Measurement(assembly.line, warm_up)
            frames = warm_up + math.ceil(seconds * a_second)
            assembly.line.run(frames=frames, watch=measurement.watch)
            return speed(measurement.result())
    except MillsightError as error:
        return DeviceFinding(
            CHECK, Severity.FAIL, f"the line does not run: {error.what}", error.hint
        )
