"""Choice of int8 heads: those that keep average precision on val, for each file format.

The pyramid takes nearly all the time and is always int8. A head is small, so int8 gains little, and
it determines class and outline; it stays in float if int8 costs more than ``MAX_AP50_LOSS``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from rich.table import Table

from edge.bundle.manifest_parts import Precision
from edge.bundle.stages import BOX_HEAD, MASK_HEAD, Format, pyramid_name
from edge.vision.engines.base import open_engine
from edge.vision.instances.found_instance import FoundInstance
from edge.vision.models.instances import InstanceModel
from export.compare.tables import captioned
from export.convert.forms import Rung
from export.convert.instance_forms import InstanceForms
from export.progress import ExportProgress
from train.data.sample import Sample
from train.evaluate.instances.matched_instances import MatchedInstances, match_instances
from train.evaluate.instances.rules import UNJUDGED
from train.instances.evaluating import ROIS, find_candidates
from train.instances.finished import InstancesRun
from train.instances.scenes import Frames

MAX_AP50_LOSS = 0.005
"""Largest loss of AP50 on val for all int8 heads together."""

BOX_AP50, MASK_AP50 = "box AP50", "mask AP50"

Found = Sequence[Sequence[FoundInstance]]
"""Candidate instances on each frame."""


@dataclass(frozen=True, slots=True)
class NetworkFormats:
    """File format, and number format of each network."""

    format: Format
    pyramid: Precision = "int8"
    box_head: Precision = "float32"
    mask_head: Precision = "float32"

    def for_rung(self, rung: Rung) -> NetworkFormats:
        """The formats of a form in this file format; heads that are float here stay float."""

        def head(here: Precision) -> Precision:
            return here if rung.remediable and here == "float32" else rung.precision

        return NetworkFormats(
            rung.format, rung.precision, head(self.box_head), head(self.mask_head)
        )


@dataclass(frozen=True, slots=True)
class Networks:
    """A run's networks in all forms."""

    run: InstancesRun
    forms: InstanceForms

    @property
    def heads(self) -> tuple[str, ...]:
        """The run's heads, as fields of ``NetworkFormats``."""
        return ("box_head", "mask_head") if self.forms.mask_head else ("box_head",)

    def candidates(
        self,
        formats: NetworkFormats,
        split: str,
        samples: Sequence[Sample],
        frames: Frames,
        progress: ExportProgress,
    ) -> list[list[FoundInstance]]:
        """Candidates on the whole of every frame, through the code of the line.

        Raises:
            EngineError: No engine runs the networks.
            ImageError: A frame cannot be read.
        """
        progress.start(f"finding instances on {split}: {self.describe(formats)}", len(samples))
        return find_candidates(self._open(formats), frames, len(samples), progress.advance)

    def describe(self, formats: NetworkFormats) -> str:
        """The formats as text."""
        parts = [f"pyramid {formats.pyramid}"]
        parts += [f"{head.replace('_', ' ')} {getattr(formats, head)}" for head in self.heads]
        return f"{formats.format}, {', '.join(parts)}"

    def forms_used(self, formats: NetworkFormats) -> dict[str, Rung]:
        """The form of each network, by name."""
        used = dict.fromkeys(self.forms.named, Rung(formats.format, formats.pyramid))
        used[BOX_HEAD] = Rung(formats.format, formats.box_head)
        if self.forms.mask_head:
            used[MASK_HEAD] = Rung(formats.format, formats.mask_head)
        return used

    def _open(self, formats: NetworkFormats) -> InstanceModel:
        used, named = self.forms_used(formats), self.forms.named
        engines = {name: open_engine(network.forms[used[name]]) for name, network in named.items()}
        classes = self.run.card.classes
        return InstanceModel(
            {size: engines[pyramid_name(size)] for size in self.forms.windows},
            engines[BOX_HEAD],
            engines.get(MASK_HEAD),
            classes=classes,
            anchors=self.run.anchors,
            rules=[UNJUDGED] * len(classes),
            rois=ROIS,
        )


@dataclass(frozen=True, slots=True)
class HeadTrial:
    """Result of one combination of formats on val.

    Attributes:
        formats: The formats.
        figures: Its ``ap50s``.
        found: Its candidates.
        judged: The candidates matched with labels.
        verdict: Whether it was kept, or why not.
    """

    formats: NetworkFormats
    figures: Mapping[str, float]
    found: Found
    judged: MatchedInstances
    verdict: str


def ap50s(judged: MatchedInstances, *, masks: bool) -> dict[str, float]:
    """AP50 of boxes and, if requested and defined, of masks."""
    kinds = {BOX_AP50: judged.boxes, MASK_AP50: judged.masks if masks else None}
    figures = {name: matched.figures()["ap50"] for name, matched in kinds.items() if matched}
    return {name: value for name, value in figures.items() if value is not None}


def try_heads(
    networks: Networks,
    format_: Format,
    samples: Sequence[Sample],
    frames: Frames,
    progress: ExportProgress,
) -> list[HeadTrial]:
    """Try int8 heads one after another, with the int8 pyramid.

    Args:
        networks: The networks in all forms.
        format_: File format.
        samples: Samples of val, with defects.
        frames: Their pixels.
        progress: Receives progress.

    Returns:
        All trials, the first with float heads; ``last_kept`` gives the one to pack.

    Raises:
        ImageError: A frame cannot be read.
    """
    masks = networks.run.card.masks

    def trial(formats: NetworkFormats, judge: Callable[[dict[str, float]], str]) -> HeadTrial:
        found = networks.candidates(formats, "val", samples, frames, progress)
        judged = match_instances(found, samples, networks.run.card.classes)
        figures = ap50s(judged, masks=masks)
        return HeadTrial(formats, figures, found, judged, judge(figures))

    trials = [trial(NetworkFormats(format_), lambda figures: _KEPT)]
    first = trials[0].figures

    def judge(figures: dict[str, float]) -> str:
        lost = max(value - figures.get(name, 0.0) for name, value in first.items())
        return _KEPT if lost <= MAX_AP50_LOSS else f"loses {lost:.3f}"

    for head in networks.heads:
        formats = last_kept(trials).formats
        changed = (
            replace(formats, box_head="int8")
            if head == "box_head"
            else replace(formats, mask_head="int8")
        )
        trials.append(trial(changed, judge))
    return trials


_KEPT = "kept"


def last_kept(trials: Sequence[HeadTrial]) -> HeadTrial:
    """The last trial that was kept, which has the most heads in int8."""
    return [trial for trial in trials if trial.verdict == _KEPT][-1]


def trials_table(trials: Sequence[HeadTrial]) -> Table:
    """Table of the trials of all formats."""
    table = captioned(
        "int8 heads on val, with the int8 pyramid",
        f"a head is int8 if AP50 loses at most {MAX_AP50_LOSS:g} against float heads",
    )
    figures = list(trials[0].figures)
    for heading in ("format", BOX_HEAD, MASK_HEAD):
        table.add_column(heading, no_wrap=True)
    for heading in figures:
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for trial in trials:
        formats = trial.formats
        values = [f"{trial.figures.get(name, 0.0):.3f}" for name in figures]
        mask_head = formats.mask_head if MASK_AP50 in figures else "–"
        table.add_row(formats.format, formats.box_head, mask_head, *values, trial.verdict)
    return table
