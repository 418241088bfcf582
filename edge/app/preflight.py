"""Preflight checks: finds problems of a valid configuration without starting the line."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from edge.core.errors import (
    MillsightError,
    MissingExtraError,
    MissingPathError,
    UnwritableError,
)
from edge.core.files import check_writable, is_there, open_to_append

if TYPE_CHECKING:
    from edge.bundle import Bundle
    from edge.config import Config

_PACKAGES = {"mqtt": "paho", "metrics": "prometheus_client"}
"""Packages outside the base install, by section; the extra has the section's name."""


def find_faults(config: Config, load: Callable[[], Bundle]) -> list[str]:
    """A sentence for each problem, such as a missing file or package.

    Args:
        config: The configuration to check.
        load: Opens its bundle.
    """
    checks: list[Callable[[], object]] = [
        partial(_check_camera, config),
        partial(_check_rules, config, load),
        *(partial(_check_creatable, path) for path in _files_with_new_folders(config)),
        *(partial(check_writable, path) for path in _files_in_existing_folders(config)),
        *(partial(_check_package, name) for name in _PACKAGES if getattr(config, name) is not None),
    ]
    if config.mqtt is not None:
        checks.append(config.mqtt.password)
    found = []
    for check in checks:
        try:
            check()
        except MillsightError as error:
            found.append(str(error))
    return found


def _check_camera(config: Config) -> None:
    from edge.cameras.open import kind_of, refuse_strangers

    source = config.camera.source
    path = Path(source.removeprefix("watch:"))
    kind = kind_of(source)
    refuse_strangers(config.camera, kind)
    if kind in {"images", "watched"} and not is_there(path):
        raise MissingPathError(f"[camera] source: there is no file or folder {path}")


def _check_rules(config: Config, load: Callable[[], Bundle]) -> None:
    from edge.coil.disposition import Disposition

    Disposition(config.disposition, load().manifest.classes)


def _files_with_new_folders(config: Config) -> Iterator[Path]:
    """Files whose folders are created if missing."""
    from edge.ledger.default_path import ledger_path

    if config.ledger is not None:
        yield ledger_path(config.ledger.path)
    if config.pictures is not None:
        yield config.pictures.folder / "picture.jpg"
    if config.log is not None:
        yield config.log.path


def _files_in_existing_folders(config: Config) -> Iterator[Path]:
    """Files whose folders must exist."""
    if config.csv is not None:
        yield config.csv.path
    if config.jsonl is not None:
        for path in (config.jsonl.path, config.jsonl.events):
            if path is not None and str(path) != "-":
                yield path


def _check_creatable(path: Path) -> None:
    there = next(folder for folder in path.absolute().parents if folder.is_dir())
    try:
        if is_there(path):
            os.close(open_to_append(path))
        # Only trying tells: permissions say nothing of a disk that is mounted to be read.
        with tempfile.TemporaryFile(dir=there):
            return
    except OSError as error:
        raise UnwritableError(f"{path} cannot be written: {error.strerror}") from None


def _check_package(section: str) -> None:
    package = _PACKAGES[section]
    if find_spec(package) is None:
        raise MissingExtraError(
            f"[{section}] needs the package {package}, which is not installed",
            f"pip install 'millsight[{section}]'",
        )
