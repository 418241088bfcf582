"""From a finished instance run to what a bundle takes of it: shrink, choose on val, judge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from rich.console import RenderableType
from rich.text import Text

from edge.bundle.stages import BOX_HEAD, MASK_HEAD, Format, pyramid_name
from edge.engines.base import open_engine
from edge.errors import ExportGateError
from edge.instances.anchors import STRIDES
from edge.instances.rules import ClassRule
from export.gate import Margins
from export.instance_gate import (
    ApDifference,
    compare_instances,
    instances_table,
    lost_instances,
)
from export.instance_heads import Make, Networks, chosen_of, trials_table, try_heads
from export.instances import shrink_instances
from export.ladder import EXACT, Rung
from export.latency import Latency, latencies
from export.progress import Progress
from export.runs import TRAIN, VAL
from train.data.sample import DataSet
from train.evaluate.instances.judged import JudgedInstances, judge_instances
from train.evaluate.instances.rules import choose_rules
from train.instances.finished import InstancesRun
from train.instances.plan import require_halved
from train.instances.scenes import Frames

Show = Callable[[RenderableType], None]

EXACT_MAKE = Make("tflite", pyramid="float32")
"""What shrunk networks are held against."""

FORMATS: tuple[Format, ...] = ("tflite", "onnx")

LARGEST = 2**20
"""Pixels of a frame that is a window unasked; several windows look at a larger one as fast."""

CACHE_MIB = 512
"""Decoded frames kept from one pass to the next."""


def window_sizes(
    run: InstancesRun, data: DataSet, wanted: Sequence[tuple[int, int]] = ()
) -> tuple[tuple[int, int], ...]:
    """Width and height of each window that the pyramid is exported for, each once.

    Args:
        run: Finished.
        data: With a train split.
        wanted: Those asked for. Without any: the run's own and, where it holds the run's and its
            sides allow it, the whole frame of the size that train has most of.

    Raises:
        ConfigError: A side is no multiple of the coarsest stride.
    """
    coarsest = STRIDES[-1]
    for size in wanted:
        require_halved(size, "--windows")
    if wanted:
        return tuple(dict.fromkeys(wanted))
    own = run.card.window
    ((frame, _),) = Counter((s.width, s.height) for s in data.of(TRAIN)).most_common(1)
    holds = frame[0] >= own[0] and frame[1] >= own[1]
    whole = not (frame[0] % coarsest or frame[1] % coarsest)
    fits = holds and whole and frame[0] * frame[1] <= LARGEST
    return tuple(dict.fromkeys([own, frame])) if fits else (own,)


@dataclass(frozen=True, slots=True, eq=False)
class ChosenInstances:
    """What was chosen on val.

    Attributes:
        networks: In all forms.
        sizes: Of the windows.
        makes: The number formats of each file format's shrunk form.
        rules: Which instances count, one a class.
        refused: Why a file format has no shrunk form.
        val: Its figures against the float networks'.
        latency: Of every network, by name and form.
    """

    networks: Networks
    sizes: Sequence[tuple[int, int]]
    makes: Mapping[Format, Make]
    rules: tuple[ClassRule, ...]
    refused: dict[Format, str]
    val: Sequence[ApDifference]
    latency: Mapping[str, Mapping[Rung, Latency]]


def choose_instances(
    run: InstancesRun,
    data: DataSet,
    sizes: Sequence[tuple[int, int]],
    margins: Margins,
    progress: Progress,
    show: Show,
) -> ChosenInstances:
    """Shrink a run's networks, and choose heads and rules on val.

    Args:
        run: Finished, on this data; see ``export.runs.check_instances``.
        data: With train, and with defects in val.
        sizes: Of ``window_sizes``.
        margins: By how much AP at IoU 0.5 may fall.
        progress: Told of each step.
        show: Given what was chosen, and the comparison before it is judged.

    Raises:
        DataError: Train lacks a class.
        ExportGateError: The shrunk TFLite networks are worse than float by the margin, or a float
            file does not compute what Keras computes.
        ImageError: An image cannot be read.
        MissingExtraError: The converter to ONNX is not installed.
        TrainingError: A network cannot be loaded.
    """
    networks = Networks(run, shrink_instances(run, data, sizes, progress))
    samples = data.of(VAL)
    frames = Frames(samples, mib=CACHE_MIB)
    trials = {f: try_heads(networks, f, samples, frames, progress) for f in FORMATS}
    show(trials_table([trial for tried in trials.values() for trial in tried]))
    chosen = {format_: chosen_of(tried) for format_, tried in trials.items()}
    rules = choose_rules(chosen["tflite"].found, samples, len(data.classes))
    show(_in_words(sizes, rules, data.classes))
    exact = networks.look(EXACT_MAKE, VAL, samples, frames, progress)
    whole = judge_instances(exact, samples, data.classes)
    shrunk = {
        format_: judge_instances(trial.found, samples, data.classes)
        for format_, trial in chosen.items()
    }
    refused: dict[Format, str] = {}
    differences = held_against_float(networks, whole, shrunk, VAL, margins, refused, progress, show)
    makes = {format_: trial.make for format_, trial in chosen.items()}
    return ChosenInstances(
        networks,
        sizes,
        makes,
        rules,
        refused,
        differences,
        _latencies(networks, sizes, progress),
    )


def held_against_float(
    networks: Networks,
    exact: JudgedInstances,
    shrunk: Mapping[Format, JudgedInstances],
    split: str,
    margins: Margins,
    refused: dict[Format, str],
    progress: Progress,
    show: Show,
) -> list[ApDifference]:
    """Hold shrunk networks against float ones; a format that is worse is noted in ``refused``.

    Raises:
        ExportGateError: That is TFLite.
    """
    progress.start(f"drawing groups for bounds of AP50 on {split}")
    differences: list[ApDifference] = []
    for format_, one in shrunk.items():
        found = compare_instances(exact, one, format_, margins, masks=networks.run.card.masks)
        differences += found
        words = lost_instances(found, split, margins)
        if words is not None:
            refused[format_] = words
    show(instances_table(differences, exact, split, margins))
    if "tflite" in refused:
        raise ExportGateError(
            f"the shrunk instance networks are {refused['tflite']}; nothing was written",
            "Train longer or with less extreme weights, or state a wider --ap-margin",
        )
    return differences


def _latencies(
    networks: Networks, sizes: Sequence[tuple[int, int]], progress: Progress
) -> dict[str, dict[Rung, Latency]]:
    forms = networks.forms
    named = {pyramid_name(size): forms.windows[size] for size in sizes}
    named[BOX_HEAD] = forms.box_head
    if forms.mask_head:
        named[MASK_HEAD] = forms.mask_head
    found = {}
    for name, kinds in named.items():
        rungs = {Rung(*kind): content for kind, content in kinds.items()}
        shape = open_engine(rungs[EXACT]).input_shape
        given = np.random.default_rng(0).random(shape, dtype=np.float32)
        found[name] = latencies(rungs, given, progress, name)
    return found


def _in_words(
    sizes: Sequence[tuple[int, int]], rules: Sequence[ClassRule], classes: Sequence[str]
) -> Text:
    windows = ", ".join(f"{width}×{height}" for width, height in sizes)
    counted = "; ".join(
        f"{name} from a score of {rule.score:g} and {rule.min_area_px} px on"
        for name, rule in zip(classes, rules, strict=True)
    )
    return Text(f"instances: windows of {windows}; on val these rules were chosen: {counted}")
