"""Digests of the bundles that ship with this version, so that they need no signature.

Written by ``python -m export.ship``; a bundle of one of these names that has another digest is
refused.
"""

from __future__ import annotations

SHIPPED: dict[str, str] = {
    "cold-strip.millsight": "ca281a1e937d38c1d35c5a156b60599481ce0190f6298474503bd3c47d02f576",
    "simulated.millsight": "5c1197e17cf12f76d6dfe8e2973369983e5b8a0ebe92fec732507ec6a073f862",
}
"""SHA-256 of each shipped bundle, by file name."""
