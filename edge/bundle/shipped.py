"""Digests of the bundles that ship with this version, so that they need no signature.

Written by ``python -m export.ship``; a bundle of one of these names that has another digest is
refused.
"""

from __future__ import annotations

SHIPPED: dict[str, str] = {
    "simulated.millsight": "df04a7703f58ae5137a410d2fe3e2ef4df837b7186eab52004542855b18483c8",
}
"""SHA-256 of each shipped bundle, by file name."""
