"""Digests of the bundles that ship with this version, so that they need no signature.

Written by ``python -m export.ship``; a bundle of one of these names that has another digest is
refused.
"""

from __future__ import annotations

SHIPPED: dict[str, str] = {
    "cold-strip.millsight": "ca281a1e937d38c1d35c5a156b60599481ce0190f6298474503bd3c47d02f576",
    "simulated.millsight": "ecdab2d329badefbeb6102fde9e8c3621a7db098085111f1689da3716237332e",
}
"""SHA-256 of each shipped bundle, by file name."""
