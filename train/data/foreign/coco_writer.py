"""COCO files of pictures that stay where they are, for what reads other tools' JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from edge.core.files import make_folder, write_whole


@dataclass
class CocoDocument:
    """COCO instances that grow picture by picture; classes are numbered as they are met."""

    images: list[dict[str, Any]] = field(default_factory=list)
    annotations: list[dict[str, Any]] = field(default_factory=list)
    _classes: dict[str, int] = field(default_factory=dict)

    def add_image(self, name: str, width: int, height: int) -> int:
        """Add a picture.

        Args:
            name: Its path within the folder of pictures, with ``/``.
            width: In pixels.
            height: In pixels.

        Returns:
            Its id.
        """
        number = len(self.images) + 1
        self.images.append({"id": number, "file_name": name, "width": width, "height": height})
        return number

    def add_box(self, image: int, label: str, box: Sequence[float]) -> None:
        """Add an instance that is a box: x, y, width and height in pixels."""
        self._add(image, label, bbox=[float(v) for v in box])

    def add_polygon(self, image: int, label: str, points: Sequence[Sequence[float]]) -> None:
        """Add an instance that is a polygon of points x, y in pixels."""
        flat = [float(v) for point in points for v in point]
        xs, ys = flat[::2], flat[1::2]
        box = [min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)]
        self._add(image, label, bbox=box, segmentation=[flat])

    def _add(self, image: int, label: str, **more: Any) -> None:
        category = self._classes.setdefault(label, len(self._classes) + 1)
        number = len(self.annotations) + 1
        self.annotations.append({"id": number, "image_id": image, "category_id": category, **more})

    def write(self, root: Path, out: Path) -> None:
        """Write the file into ``out``, with ``images`` a link to the pictures in ``root``.

        Raises:
            UnwritableError: It cannot be written.
        """
        document = {
            "images": self.images,
            "annotations": self.annotations,
            "categories": [{"id": i, "name": name} for name, i in self._classes.items()],
        }
        make_folder(out)
        write_whole(out / "instances_default.json", json.dumps(document), durable=False)
        (out / "images").symlink_to(root, target_is_directory=True)
