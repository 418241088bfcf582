"""Parsed options of ``millsight export``, and the settings that they give."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from edge.bundle.manifest_parts import Unit
from export.convert.forms import chosen_rungs
from export.convert.quantization import Calibration
from export.pack.release_label import creation_time
from export.settings import ExportSettings, Margins, ReleaseLabel, Remedies, Risk
from train.data.severstal import is_simulated


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """Options of ``millsight export``; each field is the option of the same name."""

    gate: Path
    classifier: Path | None
    instances: Path | None
    windows: tuple[tuple[int, int], ...]
    data: Path
    splits: Path | None
    also: tuple[Path, ...]
    name: str
    description: str
    simulated: bool
    out: Path
    margin: float
    recall_margin: float
    auroc_margin: float
    ap_margin: float
    alpha: float
    class_alpha: float
    bind_classes: bool
    delta: float
    unit: Unit
    golden: int
    rungs: tuple[str, ...]
    calibrate: Calibration
    mixed: bool
    qat: int
    report: Path | None
    pack_pictures: bool
    sign: Path | None
    dry_run: bool
    force: bool

    def settings(self) -> ExportSettings:
        """The settings of the export.

        Raises:
            ConfigError: ``SOURCE_DATE_EPOCH`` is not a number of seconds.
        """
        simulated = self.simulated or is_simulated(self.data)
        return ExportSettings(
            label=ReleaseLabel(self.name, self.description, simulated, creation_time()),
            margins=Margins(
                accuracy=self.margin / 100,
                recall=self.recall_margin / 100,
                auroc=self.auroc_margin / 100,
                ap50=self.ap_margin / 100,
            ),
            golden=self.golden,
            risk=Risk(self.alpha, self.class_alpha, self.delta, self.bind_classes),
            unit=self.unit,
            windows=self.windows,
            rungs=chosen_rungs(self.rungs),
            remedies=Remedies(
                calibration=None if self.calibrate == "minmax" else self.calibrate,
                mixed=self.mixed,
                epochs=self.qat,
            ),
            pictures=self.pack_pictures or simulated,
            timed="SOURCE_DATE_EPOCH" not in os.environ,
            dry=self.dry_run,
        )
