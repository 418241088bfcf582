"""The files of a COCO data set, and what they state about the whole of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from edge.core.errors import DataError, LabelError
from train.augment.conditions import NUISANCES
from train.data.sources import Source

PREFIX = "instances_"


def annotation_files(root: Path) -> dict[str, Path]:
    """Split names and files of a COCO folder, or of its ``annotations/`` as CVAT exports."""
    folders = [folder for folder in (root, root / "annotations") if folder.is_dir()]
    found = [
        path
        for folder in folders
        # Not glob, which takes a folder that cannot be read for an empty one.
        for path in folder.iterdir()
        if path.name.startswith(PREFIX) and path.suffix == ".json"
    ]
    return {path.stem.removeprefix(PREFIX): path for path in sorted(found)}


def load(path: Path) -> dict[str, Any]:
    """One file's lists of images, annotations and categories.

    Raises:
        LabelError: It cannot be read, is not JSON, or is not COCO instances.
    """
    try:
        document: dict[str, Any] = json.loads(path.read_bytes())
    except OSError as error:
        raise LabelError(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise LabelError(f"{path} is not JSON ({error})", "Export the annotations again") from None
    for key in ("images", "annotations", "categories"):
        listed = document.get(key) if isinstance(document, dict) else None
        if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
            raise LabelError(
                f"{path} has no list of '{key}', so it is not COCO instances",
                "Export as 'COCO instances' or 'COCO 1.0'",
            )
    return document


def categories(files: dict[str, Path], documents: dict[str, dict[str, Any]]) -> dict[int, str]:
    """Category names by id, ascending.

    Raises:
        LabelError: A category has no id or name or shares one, or files differ in theirs.
    """
    agreed: dict[int, str] | None = None
    for split, document in documents.items():
        try:
            named = sorted((int(c["id"]), str(c["name"])) for c in document["categories"])
        except (KeyError, TypeError, ValueError, OverflowError):
            raise LabelError(f"{files[split]} has a category without id or name") from None
        if agreed is not None and dict(named) != agreed:
            raise LabelError(
                f"{files[split]} has other categories than the files before it",
                "Export all splits with the same categories",
            )
        agreed = dict(named)
        if len(set(agreed.values())) < len(named):
            raise LabelError(f"{files[split]} has two categories of one id or name")
    return agreed or {}


def stated_source(documents: dict[str, dict[str, Any]]) -> Source | None:
    """What the files' own ``info`` and ``licenses`` say, where they say something."""
    for document in documents.values():
        info, licences = document.get("info"), document.get("licenses")
        if not isinstance(info, dict):
            continue
        licences = licences if isinstance(licences, list) else []
        about = [str(info[k]) for k in ("description", "contributor", "url") if info.get(k)]
        terms = [str(x["name"]) for x in licences if isinstance(x, dict) and x.get("name")]
        if about:
            return Source(", ".join(about), ", ".join(terms) or "not stated")
    return None


def stated_nuisances(
    files: dict[str, Path], documents: dict[str, dict[str, Any]]
) -> tuple[str, ...]:
    """What the files' ``info`` lists under ``nuisances``: what lies on the strip and is no defect.

    Raises:
        DataError: It is not a list of known names, or files differ in theirs.
    """
    agreed: tuple[str, ...] | None = None
    for split, document in documents.items():
        info = document.get("info")
        if not isinstance(info, dict) or info.get("nuisances") is None:
            continue
        names, allowed = info["nuisances"], ", ".join(NUISANCES)
        if not isinstance(names, list):
            raise DataError(
                f"{files[split]} states nuisances that are no list", f"List some of: {allowed}"
            )
        unknown = [name for name in map(str, names) if name not in NUISANCES]
        if unknown:
            raise DataError(
                f"{files[split]} states the unknown nuisance {unknown[0]!r}", f"Known: {allowed}"
            )
        stated = tuple(name for name in NUISANCES if name in names)
        if agreed is not None and stated != agreed:
            raise DataError(
                f"{files[split]} states other nuisances than the files before it",
                "State the same in all splits",
            )
        agreed = stated
    return agreed or ()
