"""Names of picture files beside the ledger: the drawn picture, and the frame without drawing."""

from __future__ import annotations

FRAME_SUFFIX = ".frame.png"
"""Suffix of the file that holds a frame without drawing, beside its drawn picture."""

MIN_WIDTH = 800
"""Smallest width of a picture in pixels; smaller frames are enlarged to make labels readable."""
