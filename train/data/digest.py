"""One digest of what a network was trained or judged on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from edge.core.errors import ImageError
from edge.core.regular_files import IMAGE_BYTES, read_regular
from train.data.sample import Sample


def data_digest(samples: Iterable[Sample]) -> str:
    """SHA-256 (hex) over names, image bytes and labels, whatever the samples' order.

    Groups and splits are left out: they say how data is used, not what it is.

    Raises:
        ImageError: An image file cannot be read.
    """
    lines = sorted(_line(sample) for sample in samples)
    return hashlib.sha256(b"\n".join(lines)).hexdigest()


def split_digest(samples: Iterable[Sample]) -> str:
    """SHA-256 (hex) over each sample's name, group and split, whatever the samples' order.

    With ``data_digest`` it says what a network was trained on and what was held back from it.
    """
    lines = sorted("\t".join((s.name, s.group, s.split)).encode() for s in samples)
    return hashlib.sha256(b"\n".join(lines)).hexdigest()


def _line(sample: Sample) -> bytes:
    try:
        image = hashlib.sha256(read_regular(sample.path, IMAGE_BYTES)).hexdigest()
    except OSError as error:
        raise ImageError(f"{sample.path} cannot be read: {error.strerror}") from None
    labels = sorted(
        ":".join(
            (
                str(instance.class_index),
                ",".join(f"{value:.3f}" for value in instance.box),
                "" if instance.runs is None else " ".join(map(str, instance.runs.ravel())),
            )
        )
        for instance in sample.instances
    )
    return "\t".join((sample.name, image, *labels)).encode()
