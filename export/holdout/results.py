"""What an export found out: the choices on val, and the holdout's answer where it was opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from edge.bundle.manifest_parts import FigureDifference
from export.choose.instances_on_val import ChosenInstances
from export.choose.on_val import ChosenOnVal
from export.compare.cascade_comparison import RungScores
from export.compare.evidence import RungEvidence
from export.compare.instance_comparison import InstanceEvidence
from export.convert.forms import Rung
from export.holdout.cascade import HoldoutResult
from export.holdout.instances import InstancesHoldoutResult
from export.score.input_checks import HOLDOUT, VAL
from export.score.split_scores import SplitInputs
from export.settings import ExportSettings


@dataclass(frozen=True, slots=True, eq=False)
class ExportResults:
    """Everything that the report and the bundle are made of.

    Attributes:
        settings: What was wanted.
        chosen: On val.
        judged: On the holdout; None where it stayed closed.
        instances: Chosen of the instance networks on val; None where there are none.
        judged_instances: On the holdout; None likewise.
    """

    settings: ExportSettings
    chosen: ChosenOnVal
    judged: HoldoutResult | None = None
    instances: ChosenInstances | None = None
    judged_instances: InstancesHoldoutResult | None = None

    @property
    def split(self) -> str:
        """The name of the split that the last word is of."""
        return VAL if self.judged is None else HOLDOUT

    @property
    def split_inputs(self) -> SplitInputs:
        """That split."""
        return self.chosen.val if self.judged is None else self.judged.split

    @property
    def scored(self) -> RungScores:
        """What every rung says of it."""
        return (self.judged or self.chosen).scored

    @property
    def evidence(self) -> Mapping[Rung, RungEvidence[FigureDifference]]:
        """Of every rung of gate and classifier."""
        return (self.judged or self.chosen).evidence

    @property
    def instance_evidence(self) -> InstanceEvidence:
        """Of every rung of the instance networks; empty where there are none."""
        if self.instances is None:
            return {}
        return (self.judged_instances or self.instances).evidence
