"""Sets up a separate Python environment for a peer.

    python -m benchmarks.peers.environment [--venv benchmarks/peers/.venv] [--torch-index URL]

It takes 2 GB and contains AGPL-3.0 software, on which the project does not depend and from which it
copies nothing. PyTorch is installed first and without its dependencies, so that a GPU build is
detected before it adds gigabytes. Install the CPU build, from its own index if yours does not have
it.
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
    """Create or complete the environment; return its interpreter.

    Args:
        folder: Folder of the environment.
        torch_index: Package index for PyTorch; None uses the default.

    Raises:
        SystemExit: The installed PyTorch is not a CPU build.
    """
    if not (folder / "bin" / "python").exists():
        venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    pip = [str(python), "-m", "pip", "install", "--disable-pip-version-check", "--no-deps"]
    index = ["--index-url", torch_index] if torch_index else []
    requirements = ["-r", str(HERE / "requirements.txt")]
    subprocess.run([*pip, *index, TORCH], check=True)
    # PyTorch imports some of these packages, so its build can be checked only after them.
    subprocess.run([*pip, *requirements], check=True)
    build = subprocess.run([str(python), "-c", _BUILD], capture_output=True, text=True, check=False)
    if build.stdout.strip() != "cpu":
        sys.exit(
            f"{TORCH} is not a CPU build ({build.stdout.strip() or build.stderr}). "
            "Uninstall it there and name the index of CPU builds with --torch-index"
        )
    return python


def main() -> None:
    """Set up the environment and print how to use it."""
    parser = argparse.ArgumentParser(description=set_up.__doc__)
    parser.add_argument("--venv", type=Path, default=HERE / ".venv")
    parser.add_argument("--torch-index")
    given = parser.parse_args()
    python = set_up(given.venv, given.torch_index)
    print(f"Ready: {python} -m benchmarks.peers.yolo.fit --help")  # noqa: T201


if __name__ == "__main__":
    main()
