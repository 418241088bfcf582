"""Where the pictures lie that COCO files name, however the tools wrote their names."""

from __future__ import annotations

import errno
import os
import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from edge.core.errors import LabelError

_DRIVE = re.compile(r"[A-Za-z]:/")


@dataclass(frozen=True, slots=True)
class LocatedImage:
    """A picture that a COCO file names: its file, and its name within the folder of pictures."""

    file: Path
    name: str


@dataclass
class ImageFolders:
    """Finds pictures below a data folder; each folder is listed once.

    Args:
        root: The data folder.
    """

    root: Path
    _listed: dict[str, frozenset[str]] = field(default_factory=dict)

    def find(self, split: str, beside: Path, file_name: str) -> LocatedImage | None:
        """The picture of a name, or None where there is none.

        Looked for in ``images/``, ``images/SPLIT/``, ``SPLIT/``, the folder of the annotation file
        and the data folder itself, in this order. A backslash parts folders where no file's name
        holds it. Absolute names and ``..`` are followed within the data folder.

        Args:
            split: The name of the split whose file names it.
            beside: Folder of the annotation file.
            file_name: As the file has it.

        Raises:
            LabelError: Nothing has this name, and it leads out of the data folder.
        """
        leads_out = False
        for written in dict.fromkeys((file_name, file_name.replace("\\", "/"))):
            if _DRIVE.match(written):
                leads_out = True
                continue
            for folder in self._folders(split, beside, ".." in Path(written).parts):
                whole = Path(os.path.normpath(folder / written))
                if not whole.is_relative_to(self._top(whole)):
                    leads_out = True
                elif self._there(whole):
                    return LocatedImage(whole, self._name(whole, folder))
        if leads_out:
            raise LabelError(
                f"image name {file_name!r} leads out of the data folder {self.root}",
                "Write names relative to images/, or copy the images there",
            )
        return None

    def _folders(self, split: str, beside: Path, climbs: bool) -> list[Path]:
        images = self.root / "images"
        if climbs:  # Only from where a file's names can be meant to start.
            return [images, beside, self.root]
        near = [beside / "images", beside] if beside != self.root else []
        inner = [images / split, self.root / split] if _is_plain(split) else []
        return [images, *inner, *near, self.root]

    def _top(self, whole: Path) -> Path:
        """The data folder, written as absolutely as ``whole`` is."""
        root = Path(os.path.normpath(self.root))
        return root.absolute() if whole.is_absolute() else root

    def _there(self, whole: Path) -> bool:
        folder = str(whole.parent)
        if folder not in self._listed:
            names: list[str] = []
            try:
                if whole.parent.is_dir():
                    with os.scandir(folder) as entries:
                        names = [entry.name for entry in entries if entry.is_file()]
            except OSError as error:
                # Of a folder that cannot be looked into, the system's refusal is what to tell.
                if error.errno != errno.ENAMETOOLONG:
                    raise
            except ValueError:
                pass  # No file system takes such a name.
            self._listed[folder] = frozenset(names)
        return whole.name in self._listed[folder]

    def _name(self, whole: Path, folder: Path) -> str:
        for base in (folder, self.root):
            start = Path(os.path.normpath(base))
            start = start.absolute() if whole.is_absolute() else start
            if whole.is_relative_to(start):
                name = whole.relative_to(start).as_posix()
                return name.removeprefix("images/")
        return whole.name


def stem(name: str) -> str:
    """A picture's name without its suffix."""
    return str(PurePosixPath(name).with_suffix(""))


def _is_plain(split: str) -> bool:
    return "/" not in split and split not in ("", ".", "..")
