"""The four Severstal classes, a file each: what a defect does to the strip's brightness."""
