"""Digests of the bundles that ship with this version; these bundles need no signature.

``python -m export.pack.ship`` writes this file. A bundle with one of these names and another digest
is refused.
"""

from __future__ import annotations

SHIPPED: dict[str, str] = {
    "cold-strip.millsight": "ca281a1e937d38c1d35c5a156b60599481ce0190f6298474503bd3c47d02f576",
    "simulated.millsight": "f7c4d19458b97d31313933effbede01fce77b4d58f98c8d6c503a98af846152c",
}
"""SHA-256 of each shipped bundle, by file name."""
