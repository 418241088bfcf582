"""What an export is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field

from edge.bundle.manifest_parts import Unit
from export.convert.forms import DEFAULT, Rung
from export.convert.quantization import Calibration
from export.score.stage_answers import ACCURACY, AUROC
from train.evaluate.scored import Scored
from train.evaluate.thresholds import GateChoices, gate_thresholds


@dataclass(frozen=True, slots=True)
class ReleaseLabel:
    """What is written on a bundle.

    Attributes:
        name: What it is called.
        description: What it is for.
        simulated: Whether its data is simulated.
        created: When it is made; see ``creation_time``.
    """

    name: str
    description: str
    simulated: bool
    created: str


@dataclass(frozen=True, slots=True)
class Margins:
    """By how much shrunk networks may be worse than float ones.

    Attributes:
        accuracy: Fraction by which the accuracy of a stage may fall.
        recall: Fraction by which the recall of a class may fall.
        auroc: By how much AUROC may fall.
        ap50: Fraction by which AP at IoU 0.5 of instances may fall.
    """

    accuracy: float = 0.01
    recall: float = 0.05
    auroc: float = 0.005
    ap50: float = 0.02

    def of(self, figure: str) -> float:
        """The margin of a cascade's figure, a fraction."""
        return {ACCURACY: self.accuracy, AUROC: self.auroc}.get(figure, self.recall)


@dataclass(frozen=True, slots=True)
class Risk:
    """What may go wrong with the gate's promises.

    Attributes:
        alpha: Greatest share of defective groups that the gate may let through.
        class_alpha: Greatest share of the groups that show a class, for each class by itself.
        delta: Chance that a promise fails.
        binding: Whether the threshold is lowered until every class's promise holds too. A class of
            which labels name hardly visible tiles would open the gate to most of the clean strip,
            so that has to be asked for.
    """

    alpha: float = 0.05
    class_alpha: float = 0.1
    delta: float = 0.05
    binding: bool = False

    def choose(self, scored: Scored) -> GateChoices:
        """The gate thresholds that all promises ask for, of items of which one is defective."""
        return gate_thresholds(
            scored.gate,
            scored.truth,
            scored.groups,
            alpha=self.alpha,
            class_alpha=self.class_alpha,
            delta=self.delta,
            binding=self.binding,
        )


@dataclass(frozen=True, slots=True)
class Remedies:
    """What is to be tried.

    Attributes:
        calibration: Another way to set ranges; None: none.
        mixed: Leave the layers in float that add most noise.
        epochs: Of quantization-aware fine-tuning; 0: none.
    """

    calibration: Calibration | None = None
    mixed: bool = False
    epochs: int = 0

    @property
    def quantizing(self) -> bool:
        """Whether another way to quantize the same network is to be tried."""
        return self.calibration is not None or self.mixed

    def __bool__(self) -> bool:
        return self.quantizing or self.epochs > 0


NONE = Remedies()


@dataclass(frozen=True, slots=True)
class ExportSettings:
    """What is wanted.

    Attributes:
        label: What is written on the bundle.
        margins: By how much shrunk networks may be worse than float.
        golden: How many golden frames.
        risk: What the gate is to promise.
        unit: What thresholds are chosen for and the decision is judged on: a whole frame, by its
            worst region, or each tile as a frame of its own.
        windows: Width and height in pixels of the instance network's windows; none takes those of
            ``export.choose.instances_on_val.window_sizes``.
        rungs: Forms to make of the networks.
        remedies: What is tried against what int8 loses.
        pictures: Pack pictures of the holdout into the report.
        timed: Pack latencies into the report; they differ from run to run.
        dry: Leave the holdout closed: everything is judged on val, and nothing is packed.
    """

    label: ReleaseLabel
    margins: Margins = field(default_factory=Margins)
    golden: int = 4
    risk: Risk = field(default_factory=Risk)
    unit: Unit = "frame"
    windows: tuple[tuple[int, int], ...] = ()
    rungs: tuple[Rung, ...] = DEFAULT
    remedies: Remedies = field(default_factory=Remedies)
    pictures: bool = False
    timed: bool = True
    dry: bool = False
