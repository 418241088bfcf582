"""Digests of the bundles that ship with this version, so that they need no signature.

Written by ``python -m export.ship``; a bundle of one of these names that has another digest is
refused.
"""

from __future__ import annotations

SHIPPED: dict[str, str] = {
    "cold-strip.millsight": "1a9fdc23324e268ceed015340a3b9341b4a46f764a79b8d37641778df264d624",
    "simulated.millsight": "ddaa60784626bad786c2d72e1c3b01b321b86072f753fc97f4dca7488394b9c9",
}
"""SHA-256 of each shipped bundle, by file name."""
