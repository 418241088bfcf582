"""The four Severstal classes, one file each: their effect on the strip's brightness."""
