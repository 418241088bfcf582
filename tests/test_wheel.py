"""The wheel works outside the source tree, with its bundles in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from configparser import ConfigParser
from pathlib import Path

import cv2
import numpy as np
import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    out = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "-w", str(out), str(ROOT)], check=True)
    return next(out.glob("millsight-*.whl"))


def test_it_holds_the_packages_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.partition("/")[0] for name in names}
    assert {"edge", "train", "export", "millsight"} == {
        t for t in tops if not t.endswith(".dist-info")
    }
    assert "edge/bundles/simulated.millsight" in names
    assert {"edge/py.typed", "millsight/py.typed"} <= set(names)
    rooms = (ROOT / "train", ROOT / "export")
    files = (file for room in rooms for file in room.rglob("templates/*"))
    templates = {file.relative_to(ROOT).as_posix() for file in files}
    assert set() < templates <= set(names)


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """Runs Python in an empty folder with the unpacked wheel and nothing of the source tree."""
    site, folder = tmp_path_factory.mktemp("site"), tmp_path_factory.mktemp("empty")
    zipfile.ZipFile(wheel).extractall(site)

    def python(script, *words):
        return subprocess.run(
            [sys.executable, "-P", "-c", script, *words],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(site)},
            capture_output=True,
            text=True,
            check=False,
        )

    python.site, python.folder = site, folder
    return python


def test_a_strip_is_inspected_from_the_unpacked_wheel_alone(installed):
    entries = next(installed.site.glob("*.dist-info/entry_points.txt"))
    parser = ConfigParser()
    parser.read(entries)
    module, _, function = parser["console_scripts"]["millsight"].partition(":")
    script = f"import edge; from {module} import {function}; print(edge.__file__); {function}()"
    done = installed(script, "run", "--frames", "20", "--summary", "s.json")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(installed.site))
    assert json.loads((installed.folder / "s.json").read_text())["frames"] == 20


def test_python_inspects_a_picture_from_the_unpacked_wheel_alone(installed):
    cv2.imwrite(str(installed.folder / "photo.png"), np.full((256, 1600), 90, np.uint8))
    done = installed(
        "import millsight\n"
        "print(millsight.__file__)\n"
        "inspector = millsight.Inspector(millsight.open_bundle('simulated'))\n"
        "print(inspector.inspect('photo.png').level)"
    )
    assert done.returncode == 0, done.stderr
    file, level = done.stdout.splitlines()
    assert file.startswith(str(installed.site))
    assert level == "full"
