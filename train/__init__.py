"""Readers, networks, training and evaluation. It logs to the logger ``train`` and its children."""

import logging

logging.getLogger(__name__).addHandler(logging.NullHandler())
