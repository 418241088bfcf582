"""The rungs of the instance networks: what each finds, what it loses by it, how long it takes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from rich.console import RenderableType

from edge.core.errors import EngineError, ExportGateError
from edge.vision.engines.base import open_engine
from export.compare.evidence import (
    Refusals,
    RungEvidence,
    RungFiles,
    SplitComparison,
    files_of,
)
from export.compare.instance_heads import NetworkFormats, Networks
from export.compare.instance_non_inferiority import (
    ApDifference,
    compare_instances,
    instance_loss_text,
    instances_table,
)
from export.convert.forms import (
    DEFAULT,
    EXACT,
    LADDER,
    REQUIRED,
    Rung,
)
from export.progress import ExportProgress
from export.score.input_checks import HOLDOUT
from export.score.latency import Latency, latencies
from export.settings import Margins
from train.data.sample import Sample
from train.evaluate.instances.judged import JudgedInstances, judge_instances
from train.instances.scenes import Frames

_LOG = logging.getLogger(__name__)
Show = Callable[[RenderableType], None]
InstanceEvidence = Mapping[Rung, RungEvidence[ApDifference]]
Judged = Mapping[Rung, JudgedInstances]
"""What each rung finds on a split, held against its labels."""

FIRM = tuple(rung for rung in DEFAULT if rung == REQUIRED or rung.precision == "float32")
"""Without these there is no bundle: what is deployed, and what a network that lost runs in."""


@dataclass(frozen=True, slots=True, eq=False)
class RungInstances:
    """What every rung finds on a split.

    Attributes:
        judged: Against the labels, by rung.
        refused: The rungs that do not run, with the engine's reason.
    """

    judged: Judged
    refused: Refusals


def rung_network_files(
    networks: Networks, rung_formats: Mapping[Rung, NetworkFormats]
) -> dict[Rung, RungFiles]:
    """The files that each rung runs its networks in; a head may be in float."""
    named = networks.forms.named
    return {
        rung: files_of(named, networks.forms_used(formats))
        for rung, formats in rung_formats.items()
    }


def find_instances(
    networks: Networks,
    rung_formats: Mapping[Rung, NetworkFormats],
    split: str,
    samples: Sequence[Sample],
    frames: Frames,
    progress: ExportProgress,
    known: Judged | None = None,
) -> RungInstances:
    """What every rung that still stands finds on a split.

    Args:
        networks: In all forms.
        rung_formats: Of the rungs that still stand.
        split: Its name.
        samples: Of the split.
        frames: Their pixels.
        progress: Told of each pass.
        known: What some rungs find, which are not run again.

    Raises:
        EngineError: A rung of ``FIRM`` does not run.
        ImageError: A frame cannot be read.
    """
    judged = dict(known or {})
    refused: dict[Rung, str] = {}
    for rung, formats in rung_formats.items():
        if rung in judged:
            continue
        try:
            found = networks.look(formats, split, samples, frames, progress)
        except EngineError as error:
            if rung in FIRM:
                raise
            refused[rung] = error.what
            _LOG.info("%s does not run on %s: %s", rung, split, error.what)
            continue
        judged[rung] = judge_instances(found, samples, networks.run.card.classes)
    return RungInstances(judged, refused)


def compare_instance_rungs(
    judged: Judged,
    split: str,
    margins: Margins,
    progress: ExportProgress,
    show: Show,
    *,
    masks: bool,
) -> SplitComparison[ApDifference]:
    """Every rung against float32 TFLite; one that is worse is refused.

    Args:
        judged: What the rungs that stand find.
        split: Its name.
        margins: By how much AP at IoU 0.5 may fall.
        progress: Told of each step.
        show: Given the comparison before it is judged.
        masks: Compare masks besides boxes.

    Raises:
        ExportGateError: A rung of ``FIRM`` is worse.
    """
    named = f"the {split}" if split == HOLDOUT else split
    differences: dict[Rung, tuple[ApDifference, ...]] = {}
    worse: dict[Rung, str] = {}
    for rung, found in judged.items():
        if rung == EXACT:
            continue
        progress.start(f"drawing groups for bounds of AP50 on {split}: {rung}")
        differences[rung] = tuple(
            compare_instances(judged[EXACT], found, rung, margins, masks=masks)
        )
        reason = instance_loss_text(differences[rung], named, margins)
        _LOG.info("%s on %s: %s", rung, split, reason or "held")
        if reason is not None:
            worse[rung] = reason
    compared = [difference for rung in LADDER for difference in differences.get(rung, ())]
    show(instances_table(compared, judged[EXACT], named, margins))
    for rung, reason in worse.items():
        if rung in FIRM:
            raise ExportGateError(
                f"the shrunk instance networks are {reason}; nothing was written",
                "Train longer or with less extreme weights, or state a wider --ap-margin",
            )
    return SplitComparison(differences, worse)


def instance_latencies(
    networks: Networks, rung_formats: Mapping[Rung, NetworkFormats], progress: ExportProgress
) -> dict[Rung, dict[str, Latency]]:
    """How long each network takes in every rung, one input at a time."""
    used = {rung: networks.forms_used(formats) for rung, formats in rung_formats.items()}
    timed: dict[Rung, dict[str, Latency]] = {rung: {} for rung in rung_formats}
    for name, network in networks.forms.named.items():
        forms = {EXACT, *(files[name] for files in used.values())}
        contents = {rung: network.forms[rung] for rung in network.forms if rung in forms}
        shape = open_engine(contents[EXACT]).input_shape
        given = np.random.default_rng(0).random(shape, dtype=np.float32)
        taken = latencies(contents, given, progress, name)
        for rung, files in used.items():
            timed[rung][name] = taken[files[name]]
    return timed
