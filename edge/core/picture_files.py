"""Names of picture files beside the ledger: the drawn picture, and the frame without drawing."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

FRAME_SUFFIX = ".frame.png"
"""Suffix of the file that holds a frame without drawing, beside its drawn picture."""

MIN_WIDTH = 800
"""Pictures of narrower frames are enlarged until a label can be read; in pixels."""


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file that this program wrote, and what proves it later: nothing else has its content.

    Attributes:
        path: Where it is.
        size: In bytes.
        digest: BLAKE2b of its content, 16 bytes.
    """

    path: Path
    size: int
    digest: bytes


def content_digest(content: bytes) -> bytes:
    """BLAKE2b of a file's content, 16 bytes."""
    return blake2b(content, digest_size=16).digest()
