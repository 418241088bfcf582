"""Digests of the bundles that ship with this version, so that they need no signature.

Written by ``python -m export.ship``; a bundle of one of these names that has another digest is
refused.
"""

from __future__ import annotations

SHIPPED: dict[str, str] = {
    "cold-strip.millsight": "2f35e6af8ffb25d388251baea268e68f3c5ec7793e23c14e3cdb25955922550e",
    "simulated.millsight": "ecdab2d329badefbeb6102fde9e8c3621a7db098085111f1689da3716237332e",
}
"""SHA-256 of each shipped bundle, by file name."""
