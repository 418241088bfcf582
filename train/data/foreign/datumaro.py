"""Datumaro, in a virtual environment of its own in the user's cache folder."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from edge.core.errors import DataError, MissingExtraError, UnwritableError
from edge.core.files import make_folder
from edge.core.stderr_log import say
from train.data.duplicates.remembered import cache_folder

REQUIREMENT = "datumaro==1.12.0"
VARIABLE = "MILLSIGHT_DATUMARO"
"""Environment variable that names the Python of an environment with datumaro."""

_LOG = logging.getLogger(__name__)
_SCRIPT = Path(__file__).with_name("datumaro_script.py")
_DONE = "complete"
"""Written into an environment once it is: what an interrupted installation left is made anew."""


def export_with_datumaro(root: Path, out: Path, formats: Sequence[str]) -> None:
    """Have datumaro read a folder in the first of some formats that fits, and write COCO.

    Raises:
        DataError: It fits none; has datumaro's last words.
        MissingExtraError: The environment is not there and cannot be made.
    """
    words = [str(_python()), "-I", str(_SCRIPT), str(root), str(out), *formats]
    ended = subprocess.run(words, capture_output=True, text=True, errors="replace", check=False)
    if ended.returncode:
        raise DataError(
            f"datumaro cannot read {root}: {_last_line(ended.stderr) or 'it gave no reason'}",
            "See that the export is whole, and that --from names its format",
        )


def _python() -> Path:
    """The Python of datumaro's environment, which is made if need be."""
    given = os.environ.get(VARIABLE)
    if given:
        if not os.access(given, os.X_OK):
            raise MissingExtraError(f"{VARIABLE} names no program: {given}", _elsewhere())
        return Path(given)
    folder = cache_folder() / REQUIREMENT.replace("==", "-")
    python = folder / "bin" / "python"
    if (folder / _DONE).exists() and python.exists():
        return python
    say(_LOG, f"making an environment for {REQUIREMENT} in {folder}; some 500 MB, once")
    try:
        make_folder(folder.parent)
    except UnwritableError as error:
        raise MissingExtraError(error.what, _elsewhere()) from None
    shutil.rmtree(folder, ignore_errors=True)
    for step in (
        [sys.executable, "-m", "venv", str(folder)],
        [str(python), "-m", "pip", "install", "--quiet", REQUIREMENT],
    ):
        ended = subprocess.run(step, capture_output=True, text=True, errors="replace", check=False)
        if ended.returncode:
            shutil.rmtree(folder, ignore_errors=True)
            why = _last_line(ended.stderr) or _last_line(ended.stdout)
            raise MissingExtraError(f"{REQUIREMENT} cannot be installed: {why}", _elsewhere())
    (folder / _DONE).touch()
    return python


def _elsewhere() -> str:
    return (
        "Without the network, make the environment where there is one (python3 -m venv DIR;"
        f" DIR/bin/pip install {REQUIREMENT}), copy it to the same path here, and set"
        f" {VARIABLE}=DIR/bin/python"
    )


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""
