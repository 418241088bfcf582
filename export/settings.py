"""Settings of an export."""

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
    """Descriptive entries of a bundle's manifest.

    Attributes:
        name: Name of the bundle.
        description: Purpose of the bundle.
        simulated: Whether its data is simulated.
        created: Creation time; see ``creation_time``.
    """

    name: str
    description: str
    simulated: bool
    created: str


@dataclass(frozen=True, slots=True)
class Margins:
    """Non-inferiority margins of quantized networks against float32.

    Attributes:
        accuracy: Largest loss of a stage's accuracy, a fraction.
        recall: Largest loss of a class's recall, a fraction.
        auroc: Largest loss of AUROC.
        ap50: Largest loss of the instances' AP50, a fraction.
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
    """Risk levels of the gate's promises.

    Attributes:
        alpha: Largest share of defective groups that the gate may miss.
        class_alpha: The same for the groups of each class.
        delta: Probability that a promise fails.
        binding: Whether the class promises lower the threshold. This is off by default: a class
            whose labels include hardly visible defects would make the gate pass most of the clean
            strip.
    """

    alpha: float = 0.05
    class_alpha: float = 0.1
    delta: float = 0.05
    binding: bool = False

    def choose(self, scored: Scored) -> GateChoices:
        """The gate thresholds of all promises; at least one item must be defective."""
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
    """Mitigations of quantization loss to try.

    Attributes:
        calibration: Another calibration method; None: none.
        mixed: Mixed precision: keep the noisiest layers in float.
        epochs: Epochs of quantization-aware training; 0: none.
    """

    calibration: Calibration | None = None
    mixed: bool = False
    epochs: int = 0

    @property
    def quantizing(self) -> bool:
        """Whether another quantization of the same network is to be tried."""
        return self.calibration is not None or self.mixed

    def __bool__(self) -> bool:
        return self.quantizing or self.epochs > 0


NONE = Remedies()


@dataclass(frozen=True, slots=True)
class ExportSettings:
    """Settings of an export.

    Attributes:
        label: Descriptive entries of the manifest.
        margins: Non-inferiority margins.
        golden: Number of golden frames.
        risk: Risk levels of the gate's promises.
        unit: Unit of thresholds and decision: a whole frame, scored by its worst region, or each
            tile as a frame of its own.
        windows: Width and height in pixels of the instance network's windows; if empty, those of
            ``export.choose.instances_on_val.window_sizes``.
        rungs: Forms to make of the networks.
        remedies: Mitigations to try.
        pictures: Pack pictures of the holdout into the report.
        timed: Pack latencies into the report; they differ between runs.
        dry: Keep the holdout closed: evaluate on val only, and pack nothing.
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
