"""Explains in plain sentences what a line does with a configuration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from edge.cameras.open import kind_of
from edge.core.redaction import without_secrets
from edge.core.time_budget import period_s
from edge.ledger.default_path import ledger_path

if TYPE_CHECKING:
    from edge.config import Config
    from edge.config.coil import DispositionRule

_CAMERAS = {
    "simulated": "the simulated line",
    "watched": "images as they come into a folder",
    "aravis": "a GigE or USB3 Vision camera",
    "gstreamer": "a GStreamer pipeline",
    "stream": "a stream",
    "usb": "a USB camera",
    "video": "a video file",
    "images": "images",
}


def explain(config: Config) -> list[str]:
    """Sentences about the configuration, to be checked by a person before the line starts."""
    return [
        _camera(config),
        _strip(config),
        _time(config),
        _bundle(config),
        *_coils(config),
        *_outputs(config),
    ]


def _camera(config: Config) -> str:
    kind = kind_of(config.camera.source)
    named = without_secrets(config.camera.source)
    return f"Frames come from {_CAMERAS[kind]}{'' if kind == named else f': {named}'}."


def _strip(config: Config) -> str:
    line, position = config.line, config.position
    scale = f"a line is {line.along_mm:g} mm of it, a column {line.across_mm:g} mm"
    if position.source == "encoder":
        fed = f"received at {position.feed}" if position.feed else "that come with the frames"
        return f"Positions follow encoder counts {fed}, {position.mm_per_count:g} mm each; {scale}."
    return f"The strip runs at {line.speed_m_s:g} m/s; {scale}."


def _time(config: Config) -> str:
    line = config.line
    period_ms = 1e3 * period_s(line.lines_per_frame, line.along_mm, line.speed_m_s)
    due = f"{line.budget_ms:g} ms" if line.budget_ms else "that time"
    return (
        f"A frame of {line.lines_per_frame} lines passes in {period_ms:.1f} ms at "
        f"{line.speed_m_s:g} m/s: its verdict is due within {due}, outlines within "
        f"{line.instances_within_ms:g} ms."
    )


def _bundle(config: Config) -> str:
    bundle = config.bundle
    which = bundle.file or "the installed one, or simulated if none is installed"
    unsigned = ", which may be UNSIGNED" if bundle.allow_unsigned else ""
    form = bundle.precision or "int8 unless the plan of millsight tune has another precision"
    return f"The bundle is {which}{unsigned}, in {form}."


def _coils(config: Config) -> Iterator[str]:
    coil = config.coil
    gap = f" and after more than {coil.gap_mm / 1e3:g} m without strip" if coil.gap_mm else ""
    first = f"The first coil is {coil.name}; coils" if coil.name else "Coils"
    yield f"{first} end by command{gap}."
    for rule in config.disposition:
        yield _rule(rule)
    if config.disposition:
        yield "Every other defect: pass."


def _rule(rule: DispositionRule) -> str:
    wanted = [
        f"{value:g} {unit} or {word}"
        for value, unit, word in (
            (rule.min_length_mm, "mm", "longer"),
            (rule.min_width_mm, "mm", "wider"),
            (rule.min_area_mm2, "mm²", "larger"),
        )
        if value
    ]
    if rule.from_count > 1:
        wanted.append(f"from number {rule.from_count} of its class on the coil")
    about = "Any defect" if rule.class_name == "*" else f"A defect of class {rule.class_name}"
    if rule.class_name == "unclassified":
        about = "An unclassified defect"
    return f"{about}{', ' if wanted else ''}{', '.join(wanted)}: {rule.action}."


def _outputs(config: Config) -> Iterator[str]:
    if config.ledger is not None:
        yield f"The ledger is {ledger_path(config.ledger.path)}."
    else:
        yield "No ledger is kept."
    if config.jsonl is not None and config.jsonl.path is not None:
        yield f"Each frame is written as a JSON line to {config.jsonl.path}."
    if config.jsonl is not None and config.jsonl.events is not None:
        yield f"Each event is written as a JSON line to {config.jsonl.events}."
    if config.csv is not None:
        yield f"Each defect on a coil is written as a row to {config.csv.path}."
    if config.pictures is not None:
        yield f"Pictures of defective frames go to {config.pictures.folder}."
    if (mqtt := config.mqtt) is not None:
        broker = f"MQTT messages go to {mqtt.host}:{mqtt.port_used} under {mqtt.topic}"
        user = f" as {mqtt.user}" if mqtt.user else ""
        yield f"{broker}{user}, {'encrypted' if mqtt.tls else 'NOT encrypted'}."
    if (metrics := config.metrics) is not None:
        port = metrics.port or "(any free port)"
        yield f"Metrics are at http://{metrics.host}:{port}/metrics."
    if (log := config.log) is not None:
        most = log.max_mb * (log.keep + 1)
        yield f"The log is {log.path}, from level {log.level}, and takes up to {most:g} MB."
