"""Verify a data folder before anything is trained on it; every fault is listed, not the first."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from edge.core.errors import ImageError, MillsightError
from edge.core.images import SUFFIXES
from train.atomic_paths import readable
from train.data import SPLIT_FILE, read_unsplit
from train.data.counts import LabelCounts, count_labels
from train.data.duplicates.finder import NearDuplicate
from train.data.groups import identical_pairs, join_pairs
from train.data.leaks import find_leaks, labelled, seek
from train.data.progress import ItemProgress, quiet
from train.data.runs import bounding_box, column_runs
from train.data.sample import UNLABELLED, DataSet, Sample
from train.data.severstal import TABLE
from train.data.severstal_totals import FULL_UNLABELLED, departures, is_full_severstal
from train.data.splits import apply_splits

Severity = Literal["error", "warning", "note"]
_SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")

BOX_TOLERANCE_PX = 2.0
"""Pixels by which a box may differ from its mask's before it is worth a word."""


@dataclass(frozen=True, slots=True)
class DataFinding:
    """One thing that the check noticed: how bad, in which file, and in words."""

    severity: Severity
    path: str
    words: str


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a data folder holds and what is wrong with it.

    Attributes:
        root: The folder.
        layout: Its layout; empty where it could not be read.
        counts: What its labels show.
        unlabelled: Images without labels.
        groups: Groups of near-duplicates, and images without one.
        near_duplicates: Pairs of images that share surface; None where they were not sought.
        is_full_severstal: Whether it is the competition's whole set.
        findings: What is wrong or worth knowing, errors first.
    """

    root: Path
    layout: str
    counts: LabelCounts
    unlabelled: int
    groups: int
    near_duplicates: int | None
    is_full_severstal: bool
    findings: tuple[DataFinding, ...]

    @property
    def errors(self) -> int:
        return sum(finding.severity == "error" for finding in self.findings)

    def to_json(self) -> dict[str, Any]:
        """The report as plain values for JSON."""
        return {
            "data": str(self.root),
            "layout": self.layout,
            "ok": not self.errors,
            **asdict(self.counts),
            "unlabelled": self.unlabelled,
            "groups": self.groups,
            "near_duplicates": self.near_duplicates,
            "is_full_severstal": self.is_full_severstal,
            "findings": [asdict(finding) for finding in self.findings],
        }


def check_data(
    root: Path, progress: ItemProgress = quiet, *, near_duplicates: bool = True
) -> CheckReport:
    """Verify that every image is readable, grey and of its size, and every label decodable.

    Also lists images that no label file names, identical files, near-duplicates that cross splits,
    and a split file that does not fit; for the competition's full set, departures from its known
    totals. Nothing is written but the user's cache of near-duplicates.

    Args:
        root: The data folder.
        progress: Shows how it goes.
        near_duplicates: Whether they are sought.

    Raises:
        MissingPathError: There is no such folder.
        DataError: It holds no data set, an empty one, or one that cannot be looked into.
        LabelError: A label file cannot be read at all.
    """
    with readable(root):
        return _check(root, progress, near_duplicates)


def _check(root: Path, progress: ItemProgress, near_duplicates: bool) -> CheckReport:
    findings: list[DataFinding] = []

    def complain(path: Path, error: MillsightError) -> None:
        findings.append(DataFinding("error", str(path), _words(error)))

    try:
        data = read_unsplit(root, complain)
    except MillsightError as error:
        if not findings:
            raise
        complain(root, error)  # What was found on the way says why.
        data = DataSet(root.resolve().name, root, (), (), layout="")
    data = _with_split_file(data, complain)
    counts = count_labels(data.samples, data.classes)
    is_full = is_full_severstal(data)
    unlabelled = len(data.of(UNLABELLED))
    findings += [DataFinding("note", str(root), note) for note in data.notes]
    findings += _unreadable(data.samples, progress)
    findings += _unnamed_files(data)
    findings += _identical_files(data)
    pairs = seek(data, progress) if near_duplicates else None
    findings += _near_duplicates(data, pairs, sought=near_duplicates)
    findings += _boxes_off_masks(data)
    if is_full:
        findings += [DataFinding("error", str(root / TABLE), words) for words in departures(counts)]
        if unlabelled != FULL_UNLABELLED:
            words = f"{unlabelled:,} test images; the competition's set has {FULL_UNLABELLED:,}"
            findings.append(DataFinding("warning", str(root / "test_images"), words))
    grouped = join_pairs(labelled(data), [(p.first, p.second) for p in pairs or ()])
    return CheckReport(
        root=root,
        layout=data.layout,
        counts=counts,
        unlabelled=unlabelled,
        groups=len({sample.group for sample in grouped}),
        near_duplicates=None if pairs is None else len(pairs),
        is_full_severstal=is_full,
        # The worst first: a screen shows the first few.
        findings=tuple(sorted(findings, key=lambda f: _SEVERITIES.index(f.severity))),
    )


def _near_duplicates(
    data: DataSet, pairs: list[NearDuplicate] | None, *, sought: bool
) -> Iterator[DataFinding]:
    """Splits that near-duplicates cross, and groups that lack some."""
    root = str(data.root)
    if pairs is None:
        why = "frames of a simulation share backgrounds by design" if sought else "as asked"
        yield DataFinding("note", root, f"near-duplicates were not sought: {why}")
        return
    samples = labelled(data)
    alike = _alike_in_bytes(samples)
    pairs = [pair for pair in pairs if alike[pair.first] != alike[pair.second]]
    for leak in find_leaks(samples, pairs):
        words = f"near-duplicates cross the splits: {leak.words}"
        yield DataFinding("warning" if leak.tolerable else "error", root, words)
    apart = [
        pair
        for pair in pairs
        if samples[pair.first].group != samples[pair.second].group
        and samples[pair.first].split == samples[pair.second].split
    ]
    if apart:
        one, other = samples[apart[0].first], samples[apart[0].second]
        words = (
            f"{len(apart)} pairs of near-duplicates are of one split and in different groups, such"
            f" as {one.name} and {other.name}: intervals over groups are too narrow"
        )
        yield DataFinding("note", root, words)


def _with_split_file(data: DataSet, complain: Callable[[Path, MillsightError], None]) -> DataSet:
    path = data.root / SPLIT_FILE
    if not path.exists():
        return data
    try:
        return apply_splits(data, path)
    except MillsightError as error:
        complain(path, error)
        return data


def _unreadable(samples: Sequence[Sample], progress: ItemProgress) -> Iterator[DataFinding]:
    """Decode every image on a few threads (the decoder lets go of Python's lock)."""
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        try:
            faults = pool.map(_read_fault, samples)
            for sample, fault in zip(
                progress(samples, "Reading images", len(samples)), faults, strict=True
            ):
                if fault:
                    yield DataFinding("error", str(sample.path), fault)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _read_fault(sample: Sample) -> str | None:
    try:
        sample.read()
    except MillsightError as error:
        return _words(error)
    return None


def _words(error: MillsightError) -> str:
    """What happened and its own hint; the general one would name this very check."""
    return error.what if error.hint == error.default_hint else str(error)


def _unnamed_files(data: DataSet) -> Iterator[DataFinding]:
    """Files beside the images that no sample stands for."""
    named = {sample.path for sample in data.samples}
    for folder in sorted({path.parent for path in named}):
        others = sorted(p for p in folder.iterdir() if p.is_file() and p not in named)
        for path in others:
            is_image = path.suffix.lower() in SUFFIXES
            words = "no label file names this image" if is_image else "not an image"
            if path.parent != data.root and not path.name.endswith(".json"):
                yield DataFinding("warning", str(path), words)


def _identical_files(data: DataSet) -> Iterator[DataFinding]:
    # Those that cannot be read are listed as that.
    samples = [sample for sample in data.samples if os.access(sample.path, os.R_OK)]
    try:
        pairs = identical_pairs([sample.path for sample in samples])
    except ImageError as error:
        yield DataFinding("error", str(data.root), f"copies were not sought: {error.what}")
        return
    copies: dict[int, list[int]] = defaultdict(list)
    for first, again in pairs:
        copies[first].append(again)
    grouped = 0
    for first, repeats in copies.items():
        for again in repeats:
            one, other = samples[first], samples[again]
            words = f"the same bytes as {one.name}"
            severity: Severity = "warning"
            if one.split != other.split:
                words += f", which is in {one.split}, this in {other.split}"
                severity = "warning" if UNLABELLED in (one.split, other.split) else "error"
            elif one.class_indices != other.class_indices:
                words += ", but labelled with other classes"
            elif one.group == other.group:
                grouped += 1
                continue
            yield DataFinding(severity, str(other.path), words)
    if grouped:
        words = f"{grouped} files hold the same bytes as another of their group"
        yield DataFinding("note", str(data.root), words)


def _alike_in_bytes(samples: Sequence[Sample]) -> list[int]:
    """For each sample the first one whose file holds the same bytes: those are told as copies."""
    first = list(range(len(samples)))
    there = [i for i, sample in enumerate(samples) if os.access(sample.path, os.R_OK)]
    with suppress(ImageError):
        for one, again in identical_pairs([samples[i].path for i in there]):
            first[there[again]] = there[one]
    return first


def _boxes_off_masks(data: DataSet) -> Iterator[DataFinding]:
    for sample in data.samples:
        for instance in sample.instances:
            if instance.runs is None:
                continue
            drawn = bounding_box(column_runs(instance.runs, sample.height))
            (x, y, w, h), (mx, my, mw, mh) = instance.box, drawn
            off = max(abs(x - mx), abs(y - my), abs(x + w - mx - mw), abs(y + h - my - mh))
            if off > BOX_TOLERANCE_PX:
                name = data.classes[instance.class_index]
                words = f"a box of {name} is {off:.3g} px off the box of its mask"
                yield DataFinding("warning", str(sample.path), words)
