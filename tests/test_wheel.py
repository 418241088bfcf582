"""The wheel works outside the source tree, with its bundles in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

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
    assert {"edge", "train", "export"} == {t for t in tops if not t.endswith(".dist-info")}
    assert "edge/bundles/simulated.millsight" in names
    rooms = (ROOT / "train", ROOT / "export")
    files = (file for room in rooms for file in room.rglob("templates/*"))
    templates = {file.relative_to(ROOT).as_posix() for file in files}
    assert set() < templates <= set(names)


def test_a_strip_is_inspected_from_the_unpacked_wheel_alone(wheel, tmp_path):
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    script = "import edge; from edge.cli import main; print(edge.__file__); main()"
    done = subprocess.run(
        [sys.executable, "-P", "-c", script, "run", "--frames", "20", "--summary", "s.json"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(site))
    assert json.loads((tmp_path / "s.json").read_text())["frames"] == 20
