"""Comparison of the instance networks' forms: predictions, losses, latency."""

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
from train.evaluate.instances.matched_instances import MatchedInstances, match_instances
from train.instances.scenes import Frames

_LOG = logging.getLogger(__name__)
Show = Callable[[RenderableType], None]
InstanceEvidence = Mapping[Rung, RungEvidence[ApDifference]]
MatchedByRung = Mapping[Rung, MatchedInstances]
"""Predictions on a split by form, matched with its labels."""

MANDATORY_RUNGS = tuple(rung for rung in DEFAULT if rung == REQUIRED or rung.precision == "float32")
"""Forms without which there is no bundle: int8 TFLite, and float32 as its fallback."""


@dataclass(frozen=True, slots=True, eq=False)
class RungInstances:
    """Predictions of every form on a split.

    Attributes:
        judged: Predictions matched with labels, by form.
        refused: Forms that do not run, with the engine's reason.
    """

    judged: MatchedByRung
    refused: Refusals


def rung_network_files(
    networks: Networks, rung_formats: Mapping[Rung, NetworkFormats]
) -> dict[Rung, RungFiles]:
    """Files of each form; a head may be in float."""
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
    known: MatchedByRung | None = None,
) -> RungInstances:
    """Run every form that is not refused on a split.

    Args:
        networks: The networks in all forms.
        rung_formats: Number formats of the forms that are not refused.
        split: Name of the split.
        samples: Samples of the split.
        frames: Their pixels.
        progress: Receives progress.
        known: Predictions of forms that need not be run again.

    Raises:
        EngineError: A form of ``MANDATORY_RUNGS`` does not run.
        ImageError: A frame cannot be read.
    """
    judged = dict(known or {})
    refused: dict[Rung, str] = {}
    for rung, formats in rung_formats.items():
        if rung in judged:
            continue
        try:
            found = networks.candidates(formats, split, samples, frames, progress)
        except EngineError as error:
            if rung in MANDATORY_RUNGS:
                raise
            refused[rung] = error.what
            _LOG.info("%s does not run on %s: %s", rung, split, error.what)
            continue
        judged[rung] = match_instances(found, samples, networks.run.card.classes)
    return RungInstances(judged, refused)


def compare_instance_rungs(
    judged: MatchedByRung,
    split: str,
    margins: Margins,
    progress: ExportProgress,
    show: Show,
    *,
    masks: bool,
) -> SplitComparison[ApDifference]:
    """Compare every form with float32 TFLite; a worse form is refused.

    Args:
        judged: Predictions by form.
        split: Name of the split.
        margins: Non-inferiority margins.
        progress: Receives progress.
        show: Called with the comparison before it is decided.
        masks: Compare masks as well as boxes.

    Raises:
        ExportGateError: A form of ``MANDATORY_RUNGS`` is worse.
    """
    named = f"the {split}" if split == HOLDOUT else split
    differences: dict[Rung, tuple[ApDifference, ...]] = {}
    worse: dict[Rung, str] = {}
    for rung, found in judged.items():
        if rung == EXACT:
            continue
        progress.start(f"bootstrapping bounds of AP50 on {split}: {rung}")
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
        if rung in MANDATORY_RUNGS:
            raise ExportGateError(
                f"the quantized instance networks are {reason}; nothing was written",
                "Train longer or with less extreme weights, or state a wider --ap-margin",
            )
    return SplitComparison(differences, worse)


def instance_latencies(
    networks: Networks, rung_formats: Mapping[Rung, NetworkFormats], progress: ExportProgress
) -> dict[Rung, dict[str, Latency]]:
    """Latency of each network in every form, per call."""
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
