"""The runtime stands alone: it imports and inspects with everything else made unimportable."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

OWN = ("train", "export", "benchmarks")
EXTRAS = (
    "tensorflow",
    "keras",
    "scipy",
    "matplotlib",
    "jinja2",
    "pycocotools",
    "onnx",
    "onnxruntime",
    "paho",
    "prometheus_client",
)

REFUSE = """
import importlib, pkgutil, sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in FORBIDDEN:
            raise ModuleNotFoundError(f"{name} must not be imported beside the line", name=name)

sys.meta_path.insert(0, Refuse())
"""

IMPORT_ALL = """
import edge
names = [m.name for m in pkgutil.walk_packages(edge.__path__, "edge.")]
for name in names:
    importlib.import_module(name)
print(len(names))
"""

COMMAND = """
from edge.cli import main
sys.argv[0] = "millsight"
main()
"""


def python(script: str, *words: str, forbidden: Sequence[str]) -> subprocess.CompletedProcess[str]:
    script = f"FORBIDDEN = {tuple(forbidden)!r}\n{REFUSE}\n{script}"
    return subprocess.run(
        [sys.executable, "-c", script, *words], capture_output=True, text=True, check=False
    )


def test_every_module_of_the_runtime_imports_without_the_rest():
    done = python(IMPORT_ALL, forbidden=[*OWN, *EXTRAS])
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 30


FACE = """
import millsight
for name in millsight.__all__:
    getattr(millsight, name)
inspector = millsight.Inspector(millsight.open_bundle("simulated"))
import numpy
print(inspector.inspect(numpy.full((256, 1600), 90, "uint8")).level)
"""


def test_python_inspects_without_the_rest():
    done = python(FACE, forbidden=[*OWN, *EXTRAS])
    assert done.returncode == 0, done.stderr
    assert done.stdout == "full\n"


def test_training_says_which_extra_is_missing(tmp_path):
    done = python(
        COMMAND, "train", "binary", "--data", str(tmp_path), "--network", "ann1", forbidden=EXTRAS
    )
    assert done.returncode == 3, done.stderr
    assert "pip install 'millsight[train]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_help_needs_no_extra():
    done = python(COMMAND, "--help", forbidden=EXTRAS)
    assert done.returncode == 0
    assert "inspect" in done.stdout
