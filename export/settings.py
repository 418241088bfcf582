"""What an export is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field

from edge.bundle.manifest_parts import Unit
from export.choose.thresholds import Risk
from export.compare.non_inferiority import Margins
from export.convert.forms import DEFAULT, Rung
from export.mitigate.base import Remedies
from export.pack.release_label import ReleaseLabel


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
