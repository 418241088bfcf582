"""Turns instances into defects with outline and measures, and drops the regions they explain."""

from __future__ import annotations

from collections.abc import Sequence

from edge.core.frame import Frame
from edge.core.inspection import Defect
from edge.core.joining import shared
from edge.core.rle import piece_to_coco
from edge.vision.instances.found_instance import FoundInstance
from edge.vision.instances.measure import measure


def outlined(
    regions: Sequence[Defect],
    instances: Sequence[FoundInstance],
    frame: Frame,
    classes: tuple[str, ...],
) -> tuple[Defect, ...]:
    """The instances as defects, followed by the defective regions that no instance explains.

    An instance explains a region if it overlaps the region and has its class; if no classifier has
    judged the region, any class will do. An unexplained region remains, because the verdict is
    based on it.

    Args:
        regions: Defects that gate and classifier have found on the frame.
        instances: Instances that the instance model has found on it.
        frame: The frame.
        classes: Names of the defect classes, by the instances' ``class_index``.
    """
    defects = tuple(_defect(found, frame, classes[found.class_index]) for found in instances)
    unexplained = (region for region in regions if not any(_explains(d, region) for d in defects))
    return (*defects, *unexplained)


def _defect(found: FoundInstance, frame: Frame, class_name: str) -> Defect:
    mask = None
    if found.mask is not None:
        mask = piece_to_coco(found.mask, found.piece[:2], frame.pixels.shape)
    measures = measure(
        found,
        mm_per_px_across=frame.mm_per_px_across,
        mm_per_line=frame.mm_per_line,
        position_mm=frame.position_mm,
    )
    return Defect(
        class_name=class_name,
        score=found.score,
        box=found.piece,
        mask=mask,
        area_px=measures.area_px,
        area_mm2=measures.area_mm2,
        length_mm=measures.length_mm,
        width_mm=measures.width_mm,
        along_mm=measures.along_mm,
        across_mm=measures.across_mm,
    )


def _explains(instance: Defect, region: Defect) -> bool:
    if region.class_name not in {instance.class_name, ""}:
        return False
    places = [class_map.region for class_map in region.class_maps] or [region.box]
    return any(min(shared(instance.box, place)) > 0 for place in places)
