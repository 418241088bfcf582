"""Pascal VOC's layout, with the lists that datumaro asks for where a tool left them out."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from edge.core.errors import DataError, LabelError
from edge.core.files import make_folder, write_whole
from train.data.foreign.datumaro import export_with_datumaro

LABELS, LISTS, ANNOTATIONS = "labelmap.txt", "ImageSets", "Annotations"


def write_voc_as_coco(root: Path, out: Path) -> None:
    """Have datumaro read a VOC folder of any classes.

    Without ``labelmap.txt`` datumaro knows VOC's own twenty classes alone, and without
    ``ImageSets/`` it sees no picture: labelImg writes neither.

    Raises:
        DataError: It has no ``Annotations/``, or cannot be read.
        LabelError: An annotation is not XML.
        MissingExtraError: Datumaro's environment is not there and cannot be made.
    """
    files = sorted((root / ANNOTATIONS).glob("*.xml"))
    if not files:
        raise DataError(f"{root} holds no {ANNOTATIONS}/*.xml", "Name the folder that holds it")
    whole = out / "voc"
    make_folder(whole)
    for path in root.iterdir():
        (whole / path.name).symlink_to(path, target_is_directory=path.is_dir())
    if not (whole / LABELS).exists():
        names = sorted({name for path in files for name in _names(path)} - {"background"})
        lines = [f"{name}:::\n" for name in ("background", *names)]
        write_whole(whole / LABELS, "".join(lines), durable=False)
    if not (whole / LISTS).exists():
        make_folder(whole / LISTS / "Main")
        stems = "".join(f"{path.stem}\n" for path in files)
        write_whole(whole / LISTS / "Main" / "default.txt", stems, durable=False)
    export_with_datumaro(whole, out, ("voc", "voc_detection"))


def _names(path: Path) -> list[str]:
    try:
        tree = ElementTree.parse(path)
    except (ElementTree.ParseError, ValueError) as error:
        raise LabelError(f"{path} is not XML ({error})", "Export it again") from None
    return [name.text.strip() for name in tree.iterfind("object/name") if name.text]
