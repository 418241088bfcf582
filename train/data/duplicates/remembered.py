"""A data set's near-duplicates, sought once: found again by what its files hold."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from edge.core.errors import UnwritableError
from edge.core.files import make_folder, write_whole
from edge.core.regular_files import IMAGE_BYTES, LABELS_BYTES, read_regular
from train.data.duplicates.finder import NearDuplicate, find_near_duplicates
from train.data.progress import ItemProgress, quiet
from train.data.sample import Sample

VERSION = 1
"""Of the way they are sought: what another way found is sought anew."""


def near_duplicates(
    samples: Sequence[Sample], progress: ItemProgress = quiet
) -> list[NearDuplicate]:
    """Every pair of samples that share a piece of surface; see ``find_near_duplicates``.

    The pairs are kept in the user's cache folder under a digest of all image files, and read from
    there the next time. A cache that cannot be read or written is done without.
    """
    file = cache_folder() / "near-duplicates" / f"{_digest(samples)}.json"
    with suppress(OSError, ValueError, TypeError):
        stated = json.loads(read_regular(file, LABELS_BYTES))
        kept = [NearDuplicate(*pair) for pair in stated]
        if isinstance(stated, list) and all(
            0 <= pair.first < pair.second < len(samples) for pair in kept
        ):
            return kept
    found = find_near_duplicates(samples, progress)
    pairs = [[pair.first, pair.second, pair.mirrored_or_turned] for pair in found]
    with suppress(UnwritableError):
        make_folder(file.parent)
        write_whole(file, json.dumps(pairs), durable=False)
    return found


def cache_folder() -> Path:
    """``millsight`` in ``XDG_CACHE_HOME``, by default ``~/.cache``."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    base = Path(given) if Path(given).is_absolute() else Path("~/.cache")
    try:
        return base.expanduser() / "millsight"
    except RuntimeError:  # A user without a home folder.
        return base / "millsight"


def _digest(samples: Sequence[Sample]) -> str:
    whole = hashlib.sha256(f"near-duplicates {VERSION}".encode())
    for sample in samples:
        whole.update(f"\n{sample.width} {sample.height} ".encode())
        try:
            whole.update(hashlib.sha256(read_regular(sample.path, IMAGE_BYTES)).digest())
        except OSError:
            whole.update(b"unreadable")
    return whole.hexdigest()
