"""Sets up the environment that a peer lives in, apart from the project's own.

    python -m benchmarks.peers.environment [--venv benchmarks/peers/.venv] [--torch-index URL]

It is 2 GB, and AGPL-3.0 software that the project neither depends on nor copies from. PyTorch goes
in first and without its dependencies, so that a build for GPUs, which brings gigabytes more, is
noticed before that: install the CPU build, from its own index where yours does not serve it.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).parent
TORCH = "torch==2.13.0"
_BUILD = "import torch; print(torch.version.cuda or 'cpu')"


def set_up(folder: Path, torch_index: str | None) -> Path:
    """Make the environment, or complete it, and give its interpreter.

    Args:
        folder: Where it goes.
        torch_index: An index to take PyTorch from.

    Raises:
        SystemExit: What was installed is no CPU build of PyTorch.
    """
    if not (folder / "bin" / "python").exists():
        venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    pip = [str(python), "-m", "pip", "install", "--disable-pip-version-check", "--no-deps"]
    index = ["--index-url", torch_index] if torch_index else []
    requirements = ["-r", str(HERE / "requirements.txt")]
    subprocess.run([*pip, *index, TORCH], check=True)
    # PyTorch imports some of what the others bring, so its build can be asked only after them.
    subprocess.run([*pip, *requirements], check=True)
    asked = subprocess.run([str(python), "-c", _BUILD], capture_output=True, text=True, check=False)
    if asked.stdout.strip() != "cpu":
        sys.exit(
            f"{TORCH} is not a build for CPUs alone ({asked.stdout.strip() or asked.stderr}). "
            "Uninstall it there and name the index of CPU builds with --torch-index"
        )
    return python


def main() -> None:
    """Set up and say how to call it."""
    parser = argparse.ArgumentParser(description=set_up.__doc__)
    parser.add_argument("--venv", type=Path, default=HERE / ".venv")
    parser.add_argument("--torch-index")
    given = parser.parse_args()
    python = set_up(given.venv, given.torch_index)
    print(f"Ready: {python} -m benchmarks.peers.yolo.fit --help")  # noqa: T201


if __name__ == "__main__":
    main()
