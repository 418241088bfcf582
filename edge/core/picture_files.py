"""What the files beside the ledger are called: a drawn picture, and its frame without drawing."""

from __future__ import annotations

FRAME_SUFFIX = ".frame.png"
"""Of a frame without anything drawn on it, beside its picture."""

MIN_WIDTH = 800
"""Pictures of narrower frames are enlarged until a label can be read; in pixels."""
