"""Runs within datumaro's environment: ROOT OUT FORMAT…; writes COCO of the first that fits."""

from __future__ import annotations

import sys
from pathlib import Path


def main(root: str, out: str, formats: list[str]) -> int:
    """Export a folder as COCO instances.

    Returns:
        The exit status: 1 where no format fits; stderr's last line says why.
    """
    from datumaro.components.dataset import Dataset

    reasons = []
    for name in formats:
        try:
            found = Dataset.import_from(root, name)
            if not len(found):
                reasons.append(f"as {name}: no picture")
                continue
            found.export(out, "coco_instances", save_media=True)
        except Exception as error:
            cause = error.__cause__ or error
            reasons.append(f"as {name}: {' '.join(str(cause).split()) or type(cause).__name__}")
            continue
        if any((Path(out) / "annotations").glob("instances_*.json")):
            return 0
        reasons.append(f"as {name}: nothing labelled")
    sys.stderr.write("\n" + "; ".join(reasons) + "\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
