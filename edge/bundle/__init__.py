"""Bundles: the file that is deployed. All of it is checked before any of it is used."""

from __future__ import annotations

from edge.bundle.load import Bundle, find_bundle, load_bundle, read_bundle, shipped_bundle
from edge.bundle.manifest import Manifest

__all__ = ["Bundle", "Manifest", "find_bundle", "load_bundle", "read_bundle", "shipped_bundle"]
