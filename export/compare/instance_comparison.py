"""The rungs of the instance networks: what each finds, what it loses by it, how long it takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from rich.console import RenderableType

from edge.core.errors import EngineError, ExportGateError
from edge.vision.engines.base import open_engine
from export.compare.evidence import (
    RungEvidence,
    describe,
    standing,
)
from export.compare.instance_heads import Make, Networks
from export.compare.instance_non_inferiority import (
    ApDifference,
    compare_instances,
    instances_table,
    lost_instances,
)
from export.convert.forms import (
    DEFAULT,
    EXACT,
    REQUIRED,
    Rung,
)
from export.progress import ExportProgress
from export.score.input_checks import HOLDOUT
from export.score.latency import latencies
from export.settings import Margins
from train.data.sample import Sample
from train.evaluate.instances.judged import JudgedInstances, judge_instances
from train.instances.scenes import Frames

Show = Callable[[RenderableType], None]
Proofs = Mapping[Rung, RungEvidence[ApDifference]]
Judged = Mapping[Rung, JudgedInstances]
"""What each rung finds on a split, held against its labels."""

FIRM = tuple(rung for rung in DEFAULT if rung == REQUIRED or rung.precision == "float32")
"""Without these there is no bundle: what is deployed, and what a network that lost runs in."""


def describe_makes(networks: Networks, proofs: Proofs, makes: Mapping[Rung, Make]) -> None:
    """Note the files that each rung runs its networks in; a head may be in float."""
    named = networks.forms.named
    for rung, make in makes.items():
        for name, used in networks.used(make).items():
            describe(proofs[rung], name, named[name], used)


def look_rungs(
    networks: Networks,
    proofs: Proofs,
    makes: Mapping[Rung, Make],
    split: str,
    samples: Sequence[Sample],
    frames: Frames,
    progress: ExportProgress,
    known: Judged | None = None,
) -> dict[Rung, JudgedInstances]:
    """What every rung that still stands finds on a split; one that does not run is refused.

    Args:
        networks: In all forms.
        proofs: Of the rungs.
        makes: Of the rungs.
        split: Its name.
        samples: Of the split.
        frames: Their pixels.
        progress: Told of each pass.
        known: What some rungs find, which are not run again.

    Raises:
        EngineError: A rung of ``FIRM`` does not run.
        ImageError: A frame cannot be read.
    """
    found = dict(known or {})
    for rung in standing(proofs):
        if rung in found:
            continue
        try:
            seen = networks.look(makes[rung], split, samples, frames, progress)
        except EngineError as error:
            if rung in FIRM:
                raise
            proofs[rung].refused = error.what
            continue
        found[rung] = judge_instances(seen, samples, networks.run.card.classes)
    return found


def hold_rungs(
    proofs: Proofs,
    judged: Judged,
    split: str,
    margins: Margins,
    progress: ExportProgress,
    show: Show,
    *,
    masks: bool,
) -> None:
    """Hold every rung against float32 TFLite; one that is worse is refused.

    Args:
        proofs: Of the rungs.
        judged: What they find; of those that stand.
        split: Its name.
        margins: By how much AP at IoU 0.5 may fall.
        progress: Told of each step.
        show: Given the comparison before it is judged.
        masks: Compare masks besides boxes.

    Raises:
        ExportGateError: A rung of ``FIRM`` is worse.
    """
    said = f"the {split}" if split == HOLDOUT else split
    lost: dict[Rung, str] = {}
    for rung, one in judged.items():
        if rung == EXACT:
            continue
        progress.start(f"drawing groups for bounds of AP50 on {split}: {rung}")
        found = compare_instances(judged[EXACT], one, rung, margins, masks=masks)
        proofs[rung].differences[split] = tuple(found)
        words = lost_instances(found, said, margins)
        if words is not None:
            lost[rung] = words
    compared = [d for proof in proofs.values() for d in proof.differences.get(split, ())]
    show(instances_table(compared, judged[EXACT], said, margins))
    for rung, words in lost.items():
        if rung in FIRM:
            raise ExportGateError(
                f"the shrunk instance networks are {words}; nothing was written",
                "Train longer or with less extreme weights, or state a wider --ap-margin",
            )
        proofs[rung].refused = words


def time_rungs(
    networks: Networks, proofs: Proofs, makes: Mapping[Rung, Make], progress: ExportProgress
) -> None:
    """How long each network takes in every rung that stands; see ``export.score.latency``."""
    used = {rung: networks.used(makes[rung]) for rung in standing(proofs)}
    for name, network in networks.forms.named.items():
        forms = {EXACT, *(files[name] for files in used.values())}
        contents = {rung: network.forms[rung] for rung in network.forms if rung in forms}
        shape = open_engine(contents[EXACT]).input_shape
        given = np.random.default_rng(0).random(shape, dtype=np.float32)
        taken = latencies(contents, given, progress, name)
        for rung, files in used.items():
            proofs[rung].latency[name] = taken[files[name]]
