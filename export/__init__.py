"""Shrinks, compares and packs networks. It logs to the logger ``export`` and its children."""

import logging

logging.getLogger(__name__).addHandler(logging.NullHandler())
