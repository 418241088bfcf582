"""Other tools' exports, on their way to COCO.

LabelMe's and Label Studio's JSON are read here. YOLO, VOC and CVAT are read by datumaro, which
wants an older OpenCV than millsight and so runs in an environment of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from edge.core.errors import DataError, MissingPathError
from train.atomic_paths import readable
from train.data import open_data
from train.data.class_map import map_classes
from train.data.foreign.datumaro import export_with_datumaro
from train.data.foreign.label_studio import write_label_studio_as_coco
from train.data.foreign.labelme import write_labelme_as_coco
from train.data.foreign.voc import write_voc_as_coco
from train.data.sample import DataSet
from train.data.split_names import standard_split

BACKGROUND = "background"


@dataclass(frozen=True, slots=True)
class ForeignFormat:
    """A format of another tool.

    Attributes:
        about: What its folder holds, for help.
        write: Writes COCO files of a folder (first) and its pictures into another (second).
    """

    about: str
    write: Callable[[Path, Path], None]


def _by_datumaro(*names: str) -> Callable[[Path, Path], None]:
    return lambda root, out: export_with_datumaro(root, out, names)


FOREIGN = {
    "yolo": ForeignFormat(
        "data.yaml or obj.data beside images and labels",
        _by_datumaro("yolo", "roboflow_yolo"),
    ),
    "voc": ForeignFormat("Annotations/ and JPEGImages/", write_voc_as_coco),
    "cvat": ForeignFormat("annotations.xml of 'CVAT for images 1.1'", _by_datumaro("cvat")),
    "labelme": ForeignFormat("a JSON file beside each picture", write_labelme_as_coco),
    "labelstudio": ForeignFormat("the JSON export and the pictures", write_label_studio_as_coco),
}
"""By the name that ``millsight data convert --from`` takes."""


def open_foreign(root: Path, form: str, folder: Path, splits: Path | None = None) -> DataSet:
    """Another tool's export as a data set, its splits called as here.

    Args:
        root: Folder of the export.
        form: One of ``FOREIGN``.
        folder: An empty folder for what is converted; the samples' pictures may lie in it.
        splits: A split file, or None for the export's own splits.

    Raises:
        MissingPathError: There is no such folder.
        DataError: It cannot be read in this form.
        MissingExtraError: Datumaro's environment is not there and cannot be made.
        LabelError: What was exported is wrong.
    """
    with readable(root):
        if not root.is_dir():
            raise MissingPathError(f"there is no data folder {root}")
        FOREIGN[form].write(root.resolve(), folder)
    try:
        data = open_data(folder, splits=splits)
    except DataError as error:
        text = error.what.replace(str(folder), str(root))
        raise DataError(text, "See that the export is whole, or export it again") from None
    samples = tuple(replace(s, split=standard_split(s.split)) for s in data.samples)
    data = replace(data, name=root.resolve().name, root=root, samples=samples)
    shown = {data.classes[i.class_index] for sample in samples for i in sample.instances}
    # VOC and masks count what is no defect among their classes.
    unused = [name for name in data.classes if name == BACKGROUND and name not in shown]
    return map_classes(data, dict.fromkeys(unused, ""))
