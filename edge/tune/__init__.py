"""Finds the fastest engine choices for a bundle on this device that give the expected scores."""
