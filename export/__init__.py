"""Quantizes, compares and packs networks. The package logs to the logger ``export``."""

import logging

logging.getLogger(__name__).addHandler(logging.NullHandler())
