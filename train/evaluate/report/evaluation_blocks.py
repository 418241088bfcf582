"""Typed models of the figures of ``train.evaluate.evaluation.evaluation``, for pages.

Each class has the keys of one JSON object that a page shows; other keys are ignored.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from train.evaluate.calibration import Bin

Ends = tuple[float, float]
"""Both ends of a 95 % interval."""


class FiguresBlock(BaseModel):
    """A part of the figures."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class CalibrationBlock(FiguresBlock):
    """Reliability as deployed, and at temperature 1 (uncalibrated)."""

    ece: float | None
    ece_uncalibrated: float | None
    bins: Sequence[Bin]
    bins_uncalibrated: Sequence[Bin]


class ConfusionBlock(FiguresBlock):
    """Counts of items by truth (rows) and answer (columns)."""

    labels: Sequence[str]
    counts: Sequence[Sequence[int]]


class BinaryBlock(FiguresBlock):
    """Defect or none at the decision threshold."""

    accuracy: float | None
    accuracy_interval: Ends | None
    recall: float | None
    recall_interval: Ends | None
    precision: float | None
    precision_interval: Ends | None
    auroc: float | None
    auroc_interval: Ends | None
    f1: float | None
    threshold: float
    confusion: ConfusionBlock
    calibration: CalibrationBlock
    n: int
    n_defective: int
    n_groups: int
    n_defective_groups: int


class ClassGroupsBlock(FiguresBlock):
    """Groups that show a defect, and the share of them that the gate passes."""

    group_recall: float | None = None
    n_groups: int = 0


class GateBlock(FiguresBlock):
    """What the gate passes on to later stages."""

    threshold: float
    recall: float | None
    group_recall: float | None
    pass_rate_clean: float | None
    per_class: dict[str, ClassGroupsBlock]


class ClassBlock(FiguresBlock):
    """One class of the classifier, or none."""

    recall: float | None
    recall_interval: Ends | None
    precision: float | None
    precision_interval: Ends | None
    f1: float | None
    n: int


class MulticlassBlock(FiguresBlock):
    """None and the classes."""

    accuracy: float | None
    accuracy_interval: Ends | None
    macro_f1: float
    per_class: dict[str, ClassBlock]
    confusion: ConfusionBlock
    calibration: CalibrationBlock


class CascadeBlock(FiguresBlock):
    """Verdicts as beside the line, with the gate."""

    accuracy: float | None
    accuracy_interval: Ends | None


class DetectionBlock(FiguresBlock):
    """Recall and false alarms, by one matching criterion."""

    recall: float | None
    recall_interval: Ends | None
    precision: float | None
    false_alarms_per_frame: float | None
    false_alarms_per_clean_frame: float | None


class CriteriaBlock(FiguresBlock):
    """Detection figures by criterion; see ``train.evaluate.instances.detections``."""

    iou50: DetectionBlock
    touching: DetectionBlock


class OutlinedClassBlock(FiguresBlock):
    """Instances of one class."""

    n: int
    box_ap50: float | None
    mask_ap50: float | None
    dice_foreground: float | None
    iou: float | None
    recall: float | None
    false_alarms_per_frame: float | None


class OutlinesBlock(FiguresBlock):
    """Instances of all classes."""

    n: int
    n_frames: int
    box_ap50: float | None
    box_ap50_interval: Ends | None
    box_ap75: float | None
    box_ap: float | None
    mask_ap50: float | None
    mask_ap50_interval: Ends | None
    mask_ap75: float | None
    mask_ap: float | None
    dice: float | None
    dice_foreground: float | None
    foreground_miou: float | None
    detections: CriteriaBlock | None
    cascade: CriteriaBlock | None
    per_class: dict[str, OutlinedClassBlock]


class PairedBlock(FiguresBlock):
    """Paired comparison of accuracy with the baseline."""

    accuracy: float | None
    baseline_accuracy: float | None
    difference: float
    difference_interval: Ends | None
    p_value: float
    both_right: int
    only_this: int
    only_baseline: int
    both_wrong: int


class ApDifferenceBlock(FiguresBlock):
    """Difference of an average precision to the baseline's."""

    difference: float
    difference_interval: Ends


class ApDifferencesBlock(FiguresBlock):
    """Differences of AP50 of boxes and of masks."""

    box_ap50: ApDifferenceBlock | None
    mask_ap50: ApDifferenceBlock | None


class BaselineBlock(FiguresBlock):
    """Comparison with another bundle on the same items."""

    name: str
    digest: str
    binary: PairedBlock
    multiclass: PairedBlock | None
    instances: ApDifferencesBlock | None


class EvaluationBlock(FiguresBlock):
    """All figures of one evaluation."""

    binary: BinaryBlock
    gate: GateBlock
    multiclass: MulticlassBlock | None
    cascade: CascadeBlock
    instances: OutlinesBlock | None
    baseline: BaselineBlock | None
