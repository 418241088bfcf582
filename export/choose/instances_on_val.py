"""All choices on val for the instance networks: mitigations, heads, rules, forms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.text import Text

from edge.bundle.stages import Format
from edge.vision.instances.anchors import STRIDES
from edge.vision.instances.rules import ClassRule
from export.choose.form_tables import instance_remedies_table
from export.compare.evidence import (
    MAX_NETWORK_BYTES,
    assemble,
    not_converted,
    not_refused,
    rung_files,
    too_large,
)
from export.compare.instance_comparison import (
    InstanceEvidence,
    Show,
    compare_instance_rungs,
    find_instances,
    instance_latencies,
    rung_network_files,
)
from export.compare.instance_heads import (
    NetworkFormats,
    Networks,
    last_kept,
    trials_table,
    try_heads,
)
from export.convert.forms import DEFAULT, Rung
from export.convert.instance_forms import convert_instances
from export.mitigate.base import RemedyResult
from export.mitigate.instances import apply_instance_remedies
from export.progress import ExportProgress
from export.score.input_checks import TRAIN, VAL
from export.settings import NONE, Margins, Remedies
from train.data.sample import DataSet
from train.evaluate.instances.rules import choose_rules
from train.instances.finished import InstancesRun
from train.instances.plan import require_multiple_of_stride
from train.instances.scenes import Frames

FORMATS: tuple[Format, ...] = ("tflite", "onnx")

LARGEST = 2**20
"""Largest whole-frame window by default, in pixels; larger frames take several windows."""

CACHE_MIB = 512
"""Memory for decoded frames in MiB, between passes."""


def window_sizes(
    run: InstancesRun, data: DataSet, wanted: Sequence[tuple[int, int]] = ()
) -> tuple[tuple[int, int], ...]:
    """Width and height of each window for which the pyramid is exported, without duplicates.

    Args:
        run: A finished run.
        data: Data set with a train split.
        wanted: Requested sizes. If empty: the run's size and, if it is larger and its sides are
            suitable, the most frequent frame size of train.

    Raises:
        ConfigError: A side is not a multiple of the coarsest stride.
    """
    coarsest = STRIDES[-1]
    for size in wanted:
        require_multiple_of_stride(size, "--windows")
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
    """The choices on val.

    Attributes:
        networks: The networks in all forms.
        sizes: Sizes of the windows.
        rung_formats: Number formats of each form's networks.
        rules: Rule of each class.
        evidence: Evidence of every requested form.
        remedies: Mitigations that were tried.
    """

    networks: Networks
    sizes: Sequence[tuple[int, int]]
    rung_formats: Mapping[Rung, NetworkFormats]
    rules: tuple[ClassRule, ...]
    evidence: InstanceEvidence
    remedies: Sequence[RemedyResult]


def choose_instances(
    run: InstancesRun,
    data: DataSet,
    sizes: Sequence[tuple[int, int]],
    margins: Margins,
    progress: ExportProgress,
    show: Show,
    rungs: Sequence[Rung] = DEFAULT,
    room: int = MAX_NETWORK_BYTES,
    remedies: Remedies = NONE,
) -> ChosenInstances:
    """Convert a run's networks, and choose heads, rules and forms on val.

    Args:
        run: A finished run on this data; see ``export.score.input_checks.check_instances``.
        data: Data set with train, and with defects in val.
        sizes: Result of ``window_sizes``.
        margins: Non-inferiority margins.
        progress: Receives progress.
        show: Called with the choices, and with the comparison before it is decided.
        rungs: Forms to make, including ``DEFAULT``.
        room: Bytes that the networks may take.
        remedies: Mitigations to try.

    Raises:
        DataError: Train lacks a class.
        ExportGateError: Int8 TFLite is worse than float by the margin, or a float file does not
            compute what Keras computes.
        ImageError: An image cannot be read.
        MissingExtraError: The converter to ONNX is not installed.
        TrainingError: A network cannot be loaded.
    """
    networks = Networks(run, convert_instances(run, data, sizes, progress, rungs))
    samples = data.of(VAL)
    frames = Frames(samples, mib=CACHE_MIB)
    tried: list[RemedyResult] = []
    if remedies.quantizing:
        networks, tried = apply_instance_remedies(networks, remedies, samples, frames, progress)
        show(instance_remedies_table(tried))
    files = rung_files(networks.forms.named, rungs)
    refused = not_converted(networks.forms.named, rungs)
    sized = {rung: files[rung].bytes for rung in not_refused(rungs, refused)}
    refused |= too_large(sized, room, kept=DEFAULT)
    trials = {f: try_heads(networks, f, samples, frames, progress) for f in FORMATS}
    show(trials_table([trial for tried in trials.values() for trial in tried]))
    chosen = {format_: last_kept(tried) for format_, tried in trials.items()}
    rung_formats = {
        rung: chosen[rung.format].formats.for_rung(rung) for rung in not_refused(rungs, refused)
    }
    rules = choose_rules(chosen["tflite"].found, samples, len(data.classes))
    show(_in_words(sizes, rules, data.classes))
    known = {Rung(format_, "int8"): trial.judged for format_, trial in chosen.items()}
    found = find_instances(networks, rung_formats, VAL, samples, frames, progress, known)
    comparison = compare_instance_rungs(
        found.judged, VAL, margins, progress, show, masks=run.card.masks
    )
    refused = {**refused, **found.refused, **comparison.refused}
    timed = {rung: formats for rung, formats in rung_formats.items() if rung not in refused}
    latency = instance_latencies(networks, timed, progress)
    files |= rung_network_files(networks, rung_formats)
    evidence = assemble(files, refused, VAL, comparison, latency=latency)
    return ChosenInstances(networks, sizes, rung_formats, rules, evidence, tried)


def _in_words(
    sizes: Sequence[tuple[int, int]], rules: Sequence[ClassRule], classes: Sequence[str]
) -> Text:
    windows = ", ".join(f"{width}×{height}" for width, height in sizes)
    counted = "; ".join(
        f"{name} with a score of at least {rule.score:g} and at least {rule.min_area_px} px"
        for name, rule in zip(classes, rules, strict=True)
    )
    return Text(f"instances: windows of {windows}; rules chosen on val: {counted}")
