"""The files of a COCO data set, and what they state about the whole of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeAlias

from edge.core.errors import DataError, LabelError
from edge.core.regular_files import LABELS_BYTES, read_regular
from train.augment.conditions import NUISANCES
from train.data.sources import Source
from train.data.split_names import standard_split

PREFIX = "instances_"
ROBOFLOW = "_annotations.coco.json"

Id: TypeAlias = int | str
"""An id as it is compared: 7, 7.0 and "7" are one."""


def annotation_files(root: Path) -> dict[str, Path]:
    """Split names and files of a COCO folder.

    ``instances_NAME.json`` in the folder or in its ``annotations/``, as CVAT and datumaro export;
    else ``NAME/_annotations.coco.json`` beside the pictures, as Roboflow exports; else any other
    JSON files of the two folders that are COCO's.

    Raises:
        DataError: Two files are of one split.
    """
    folders = [folder for folder in (root, root / "annotations") if folder.is_dir()]
    # Not glob, which takes a folder that cannot be read for an empty one.
    files = sorted(path for folder in folders for path in folder.iterdir())
    named = [p for p in files if p.name.startswith(PREFIX) and p.suffix == ".json"]
    if named:
        return _by_split([(path.stem.removeprefix(PREFIX), path) for path in named])
    exported = [f / ROBOFLOW for f in (root, *files) if f.is_dir() and (f / ROBOFLOW).is_file()]
    if exported:
        return _by_split(
            [
                ("default" if path.parent == root else standard_split(path.parent.name), path)
                for path in exported
            ]
        )
    others = [p for p in files if p.suffix == ".json" and p.is_file() and _looks_like_coco(p)]
    return _by_split([(standard_split(path.stem), path) for path in others])


def _by_split(found: list[tuple[str, Path]]) -> dict[str, Path]:
    files: dict[str, Path] = {}
    for split, path in found:
        if split in files:
            raise DataError(f"{files[split]} and {path} are both of split {split!r}", "Keep one")
        files[split] = path
    return files


def _looks_like_coco(path: Path) -> bool:
    try:
        content = read_regular(path, LABELS_BYTES)
    except OSError:
        return False
    return all(f'"{key}"'.encode() in content for key in ("images", "annotations", "categories"))


def id_of(value: Any) -> Id:
    """An id as it is compared; tools write the same one as 7, 7.0 or "7"."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str):
        whole = value.strip().removesuffix(".0")
        return int(whole) if whole.isascii() and whole.isdigit() and len(whole) < 20 else value
    return value if isinstance(value, int) else repr(value)


def load(path: Path) -> dict[str, Any]:
    """One file's lists of images, annotations and categories.

    Raises:
        LabelError: It cannot be read, is not JSON, or is not COCO instances.
    """
    try:
        document: dict[str, Any] = json.loads(read_regular(path, LABELS_BYTES))
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


def categories(files: dict[str, Path], documents: dict[str, dict[str, Any]]) -> dict[Id, str]:
    """Category names by id, ascending, without Roboflow's root category, which nothing is of.

    Raises:
        LabelError: A category has no id or name or shares one, or files differ in theirs.
    """
    agreed: dict[Id, str] | None = None
    above: set[str] = set()
    for split, document in documents.items():
        try:
            named = [(id_of(c["id"]), str(c["name"])) for c in document["categories"]]
        except KeyError:
            raise LabelError(f"{files[split]} has a category without id or name") from None
        if any(not isinstance(id_, int) for id_, _ in named):
            raise LabelError(f"{files[split]} has a category without id or name")
        named.sort(key=lambda one: (str(type(one[0])), one[0]))
        if agreed is not None and dict(named) != agreed:
            raise LabelError(
                f"{files[split]} has other categories than the files before it",
                "Export all splits with the same categories",
            )
        agreed = dict(named)
        if len(set(agreed.values())) < len(named):
            raise LabelError(f"{files[split]} has two categories of one id or name")
        above |= {str(c.get("supercategory")) for c in document["categories"]}
    used = {
        id_of(annotation.get("category_id"))
        for document in documents.values()
        for annotation in document["annotations"]
    }
    return {
        id_: name
        for id_, name in (agreed or {}).items()
        if id_ in used or name not in above or len(agreed or {}) == 1
    }


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
