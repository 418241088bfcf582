"""Results of an export: choices on val, and the evaluation on the holdout if it was opened."""

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
    """All inputs of the report and the bundle.

    Attributes:
        settings: The export's settings.
        chosen: Choices on val.
        on_holdout: Results on the holdout; None if it stayed closed.
        instances: Choices on val for the instance networks; None without them.
        instances_on_holdout: Their results on the holdout; None likewise.
    """

    settings: ExportSettings
    chosen: ChosenOnVal
    on_holdout: HoldoutResult | None = None
    instances: ChosenInstances | None = None
    instances_on_holdout: InstancesHoldoutResult | None = None

    @property
    def split(self) -> str:
        """Name of the final split: holdout, or val if that stayed closed."""
        return VAL if self.on_holdout is None else HOLDOUT

    @property
    def split_inputs(self) -> SplitInputs:
        """Inputs of that split."""
        return self.chosen.val if self.on_holdout is None else self.on_holdout.split

    @property
    def scored(self) -> RungScores:
        """Scores of that split, by form."""
        return (self.on_holdout or self.chosen).scored

    @property
    def evidence(self) -> Mapping[Rung, RungEvidence[FigureDifference]]:
        """Evidence of every form of gate and classifier."""
        return (self.on_holdout or self.chosen).evidence

    @property
    def instance_evidence(self) -> InstanceEvidence:
        """Evidence of every form of the instance networks; empty without them."""
        if self.instances is None:
            return {}
        return (self.instances_on_holdout or self.instances).evidence
